import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { Transactions } from '../event-sourcing/transact.js';
import { colleague } from '../owners/colleague.js';
import { OwnersModule } from '../owners/owners.module.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { TRANSACTIONS } from '../tokens.js';
import {
  GoalBaselineResolver,
  GoalCohortResolver,
  GoalReportResolver,
  goalOwnerResolvers,
} from './goal-report.resolver.js';
import { type GoalSetting, goalSetting } from './goal-setting.js';
import { GOAL_SETTING, GoalsHandler } from './goals.handler.js';
import { GoalMeasures } from './goals.measures.js';
import { GoalNodes } from './goals.nodes.js';
import { GoalsResolver } from './goals.resolver.js';

@Module({
  imports: [CqrsModule, StakeholdersModule, OwnersModule],
  providers: [
    {
      provide: GOAL_SETTING,
      inject: [TRANSACTIONS, GoalMeasures],
      useFactory: (transactions: Transactions, measures: GoalMeasures): GoalSetting =>
        goalSetting(
          transactions,
          {
            isWithUs: async (id) => {
              const { added, left } = (await transactions.read(colleague, id)).state;
              return added && !left;
            },
          },
          measures,
        ),
    },
    GoalsHandler,
    GoalMeasures,
    GoalNodes,
    GoalsResolver,
    GoalReportResolver,
    GoalBaselineResolver,
    GoalCohortResolver,
    ...goalOwnerResolvers,
  ],
})
export class GoalsModule {}
