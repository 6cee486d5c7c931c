import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import type { Logger } from 'pino';
import { AccessModule } from './access/access.module.js';
import { AdvocacyModule } from './advocacy/advocacy.module.js';
import { RulesModule } from './advocacy/rules.module.js';
import type { WhatIfThread } from './advocacy/what-if.runs.js';
import { AuditModule } from './audit/audit.module.js';
import { ClocksModule } from './clocks/clocks.module.js';
import { GoalsModule } from './goals/goals.module.js';
import { GuidelinesModule } from './guidelines/guidelines.module.js';
import { ApiModule } from './graphql/graphql.module.js';
import { HealthModule } from './health/health.module.js';
import { InteractionsModule } from './interactions/interactions.module.js';
import { OwnersModule } from './owners/owners.module.js';
import { projections } from './projections.js';
import { RelationshipsModule } from './relationships/relationships.module.js';
import { environmentOf, type Settings } from './settings.js';
import { InfluenceModule } from './stakeholders/influence.module.js';
import { StakeholdersModule } from './stakeholders/stakeholders.module.js';
import { StoresModule } from './stores.module.js';
import { TiesModule } from './ties/ties.module.js';
import { LOG, WHAT_IF_THREAD } from './tokens.js';

/** What a test has otherwise. */
export interface ServiceParts {
  /** Modules added. */
  readonly also: readonly Type[];
  /** Where the programs of threads stand. */
  readonly threads: URL;
}

@Global()
@Module({})
class LogModule {
  static forRoot(log: Logger): DynamicModule {
    return { module: LogModule, providers: [{ provide: LOG, useValue: log }], exports: [LOG] };
  }
}

/** What the thread of a what-if is begun with: the stores are chosen here. */
@Global()
@Module({})
class WhatIfModule {
  static forRoot(settings: Settings, threads: URL): DynamicModule {
    const thread: WhatIfThread = {
      worker: new URL('what-if.worker.js', threads),
      data: { environment: environmentOf(settings) },
    };
    return {
      module: WhatIfModule,
      providers: [{ provide: WHAT_IF_THREAD, useValue: thread }],
      exports: [WHAT_IF_THREAD],
    };
  }
}

/** The composition root: one line a context. */
@Module({})
export class AppModule {
  static forRoot(
    settings: Settings,
    log: Logger,
    { also = [], threads = new URL('./', import.meta.url) }: Partial<ServiceParts> = {},
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LogModule.forRoot(log),
        StoresModule.forRoot({ settings, projections, projector: new URL('projector.worker.js', threads) }),
        WhatIfModule.forRoot(settings, threads),
        HealthModule,
        ApiModule.forRoot(settings),
        AccessModule,
        RulesModule,
        StakeholdersModule,
        InteractionsModule,
        InfluenceModule,
        RelationshipsModule,
        OwnersModule,
        ClocksModule,
        TiesModule,
        GuidelinesModule,
        AdvocacyModule,
        GoalsModule,
        AuditModule,
        ...also,
      ],
    };
  }
}
