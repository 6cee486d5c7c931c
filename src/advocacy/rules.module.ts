import { Global, Module } from '@nestjs/common';
import { ROWS_BY_RULES } from '../tokens.js';
import { LiveRules } from './rules.live.js';

/** Which rules answer: for every context that asks where somebody stands. */
@Global()
@Module({
  providers: [LiveRules, { provide: ROWS_BY_RULES, useExisting: LiveRules }],
  exports: [LiveRules, ROWS_BY_RULES],
})
export class RulesModule {}
