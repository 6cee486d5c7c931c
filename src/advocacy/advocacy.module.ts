import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { InteractionsModule } from '../interactions/interactions.module.js';
import { OwnersModule } from '../owners/owners.module.js';
import { RelationshipsModule } from '../relationships/relationships.module.js';
import { StakeholdersModule } from '../stakeholders/stakeholders.module.js';
import { ConversionNodes } from './advocacy.nodes.js';
import { AdvocacyResolver, ConversionResolver, StandingResolver, StandingSpanResolver } from './advocacy.resolver.js';
import { AttributionResolver } from './attribution.resolver.js';
import { ConversionCurveResolver } from './conversion-curve.resolver.js';
import { DisclosuresResolver, ConnectedActResolver } from './disclosures.resolver.js';
import { PreviewedStandingResolver } from './merges.resolver.js';
import { NetPromoterResolver } from './net-promoter.resolver.js';
import { PrismResolver } from './prism.resolver.js';
import { RuleHandler } from './rules.handler.js';
import { RulesResolver } from './rules.resolver.js';
import { RulesStarter } from './rules.starter.js';
import { TimelineLines } from './timeline-lines.nodes.js';
import { TimelineResolver } from './timeline.resolver.js';
import { WhatIfAnswerResolver, WhatIfConversionResolver, WhatIfResolver } from './what-if.resolver.js';
import { WhatIfRuns } from './what-if.runs.js';
import { TouchesResolver } from './touches.resolver.js';

@Module({
  imports: [CqrsModule, StakeholdersModule, InteractionsModule, RelationshipsModule, OwnersModule],
  providers: [
    ConversionNodes,
    AdvocacyResolver,
    StandingResolver,
    ConversionResolver,
    StandingSpanResolver,
    TimelineLines,
    TimelineResolver,
    TouchesResolver,
    AttributionResolver,
    PrismResolver,
    NetPromoterResolver,
    DisclosuresResolver,
    ConnectedActResolver,
    ConversionCurveResolver,
    WhatIfRuns,
    WhatIfResolver,
    WhatIfAnswerResolver,
    WhatIfConversionResolver,
    RuleHandler,
    RulesResolver,
    PreviewedStandingResolver,
    RulesStarter,
  ],
})
export class AdvocacyModule {}
