import type { Lift } from './event-sourcing/upcaster.js';

/** How old shapes of stored events are lifted on read, every context's. None has changed yet; `test/history` holds them all. */
export const lifts: readonly Lift[] = [];
