import { Module } from '@nestjs/common';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { DiscoveryResolver, InfluenceEvidenceResolver, InfluenceOfOneResolver } from './influence-of-one.resolver.js';
import { InfluenceNodes } from './influence.nodes.js';
import { InfluenceRankingResolver, InfluenceResolver, MagicMiddleResolver } from './influence.resolver.js';
import { StakeholdersModule } from './stakeholders.module.js';

/** Influence by topic: apart from who they are, since what passed between us says it. */
@Module({
  imports: [StakeholdersModule, InteractionsModule],
  providers: [
    InfluenceNodes,
    InfluenceResolver,
    InfluenceRankingResolver,
    MagicMiddleResolver,
    InfluenceOfOneResolver,
    InfluenceEvidenceResolver,
    DiscoveryResolver,
  ],
})
export class InfluenceModule {}
