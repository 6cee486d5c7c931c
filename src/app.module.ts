import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessModule } from './access/access.module.js';
import { AdvocacyModule } from './advocacy/advocacy.module.js';
import { AuditModule } from './audit/audit.module.js';
import { GuidelinesModule } from './guidelines/guidelines.module.js';
import { ApiModule } from './graphql/graphql.module.js';
import { HealthModule } from './health/health.module.js';
import { InteractionsModule } from './interactions/interactions.module.js';
import { OwnersModule } from './owners/owners.module.js';
import { projections } from './projections.js';
import { RelationshipsModule } from './relationships/relationships.module.js';
import type { Settings } from './settings.js';
import { StakeholdersModule } from './stakeholders/stakeholders.module.js';
import { StoresModule } from './stores.module.js';
import { LOG } from './tokens.js';

/** What a test has otherwise. */
export interface ServiceParts {
  /** Modules added. */
  readonly also: readonly Type[];
  /** What the projector's thread runs. */
  readonly projector: URL;
}

const projectorWorker = new URL('./projector.worker.js', import.meta.url);

@Global()
@Module({})
class LogModule {
  static forRoot(log: Logger): DynamicModule {
    return { module: LogModule, providers: [{ provide: LOG, useValue: log }], exports: [LOG] };
  }
}

/** The composition root: one line a context. */
@Module({})
export class AppModule {
  static forRoot(
    settings: Settings,
    log: Logger,
    { also = [], projector = projectorWorker }: Partial<ServiceParts> = {},
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LogModule.forRoot(log),
        StoresModule.forRoot({ settings, projections, projector }),
        HealthModule,
        ApiModule.forRoot(settings),
        AccessModule,
        StakeholdersModule,
        InteractionsModule,
        RelationshipsModule,
        OwnersModule,
        GuidelinesModule,
        AdvocacyModule,
        AuditModule,
        ...also,
      ],
    };
  }
}
