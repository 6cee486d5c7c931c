import { advocacySights } from './demo-sights/advocacy.js';
import type { Ask, Hear } from './demo-sights/asking.js';
import { clockSight } from './demo-sights/clocks.js';
import { identitySights } from './demo-sights/identity.js';
import { influenceSights } from './demo-sights/influence.js';
import type { Sight } from './demo-sights/sight.js';
import { conversionSight, farthest, loudestCritics, pastTimeline } from './demo-sights/stances.js';
import { unrecordedSight } from './demo-sights/unrecorded.js';
import { whatIfSight } from './demo-sights/what-if.js';

/** What there is to see, once the rows hold all that is recorded. */
export const sights = async (ask: Ask, hear: Hear): Promise<readonly Sight[]> => {
  const { log } = await ask<{ readonly log: { readonly head: string } }>('{ log { head } }');
  // Waits until what was just imported can be seen.
  await ask(`{ advocacySummary(atLeast: "${log.head}") { rule } }`);
  const conversion = await farthest(ask);
  return [
    await loudestCritics(ask),
    ...(conversion === undefined ? [] : [conversionSight(conversion), await pastTimeline(ask, conversion)]),
    ...(await identitySights(ask)),
    ...(await influenceSights(ask)),
    await clockSight(ask),
    ...(await advocacySights(ask)),
    await whatIfSight(hear),
    await unrecordedSight(ask),
  ];
};
