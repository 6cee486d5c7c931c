/** What the composition root provides to every context, by name: `@Inject(EVENT_STORE) store: EventStore`. */
export const SETTINGS = Symbol('Settings');
export const EVENT_STORE = Symbol('EventStore');
export const READ_STORE = Symbol('ReadStore');
export const PROJECTOR = Symbol('Projector');
export const TRANSACTIONS = Symbol('Transactions');
/** Names claims and digests inputs (see `claims-key.ts`). */
export const CLAIMS_HASH = Symbol('ClaimsHash');
/** Which rules answer, and their rows (see `advocacy/rules.live.ts`). */
export const ROWS_BY_RULES = Symbol('RowsByRules');
/** What the thread of a what-if is begun with. */
export const WHAT_IF_THREAD = Symbol('WhatIfThread');
/** The service's own log (pino). */
export const LOG = Symbol('Log');
