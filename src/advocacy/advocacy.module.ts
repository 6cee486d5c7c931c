import { Module } from '@nestjs/common';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { OwnersModule } from '../owners/owners.module.js';
import { RelationshipsModule } from '../relationships/relationships.module.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { ConversionNodes } from './advocacy.nodes.js';
import { AdvocacyResolver, ConversionResolver, StandingResolver, StandingSpanResolver } from './advocacy.resolver.js';
import { AttributionResolver } from './attribution.resolver.js';
import { ConversionCurveResolver } from './conversion-curve.resolver.js';
import { PreviewedStandingResolver } from './merges.resolver.js';
import { NetPromoterResolver } from './net-promoter.resolver.js';
import { PrismResolver } from './prism.resolver.js';
import { RulesStarter } from './rules.starter.js';
import { TimelineResolver } from './timeline.resolver.js';

@Module({
  imports: [StakeholdersModule, InteractionsModule, RelationshipsModule, OwnersModule],
  providers: [
    ConversionNodes,
    AdvocacyResolver,
    StandingResolver,
    ConversionResolver,
    StandingSpanResolver,
    TimelineResolver,
    AttributionResolver,
    PrismResolver,
    NetPromoterResolver,
    ConversionCurveResolver,
    PreviewedStandingResolver,
    RulesStarter,
  ],
})
export class AdvocacyModule {}
