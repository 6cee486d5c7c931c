import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Metrics } from './metrics.js';
import { Readiness } from './readiness.js';

/** What whoever runs the service asks it, without a credential: nothing here tells of anybody. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz')
  healthz(): { readonly alive: true } {
    return { alive: true };
  }

  @Get('readyz')
  async readyz(@Res() reply: FastifyReply): Promise<void> {
    const ready = await this.readiness.now();
    await reply.code(ready.ready ? 200 : 503).send(ready);
  }

  @Get('metrics')
  async page(@Res() reply: FastifyReply): Promise<void> {
    const ready = await this.readiness.now();
    const { type, text } = await this.metrics.page(ready.headIn, ready.head ?? 0, this.readiness.lags(ready));
    await reply.header('content-type', type).send(text);
  }
}
