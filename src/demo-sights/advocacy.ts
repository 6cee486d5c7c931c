import type { Ask } from './asking.js';
import { lower, percent, type Sight } from './sight.js';

interface Curve {
  readonly conversionCurve: {
    readonly spells: number;
    readonly converted: number;
    readonly censored: number;
    readonly medianDays: number | null;
    readonly points: readonly {
      readonly days: number;
      readonly survival: number;
      readonly lower: number;
      readonly upper: number;
    }[];
  };
}

const curveQuery = `{ conversionCurve {
    definition spells converted censored medianDays
    points { days atRisk survival lower upper }
} }`;

const curveSight = async (ask: Ask): Promise<Sight> => {
  const { spells, converted, censored, medianDays, points } = (await ask<Curve>(curveQuery)).conversionCurve;
  return {
    title: `How long it takes until a critic comes round (${medianDays === null ? 'the median is not reached' : `half of them within ${medianDays} days`})`,
    lines: [
      `${spells} times somebody turned against us: ${converted} were won over or converted, ${censored} were not yet`,
      ...points.map(
        (point) =>
          `after ${String(point.days).padStart(3)} days ${percent(point.survival)} are critics still (95 %: ${percent(point.lower)} to ${percent(point.upper)})`,
      ),
    ],
    query: curveQuery,
  };
};

interface Credited {
  readonly attribution: {
    readonly conversions: number;
    readonly touches: number;
    readonly byModel: readonly {
      readonly model: string;
      readonly unattributed: number;
      readonly credits: readonly { readonly act: string | null; readonly credit: number }[];
    }[];
  };
}

const attributionQuery = `{ attribution(by: ACT, models: [FIRST, TIME_DECAY], where: { kinds: [DEFUSED, WON_OVER, CONVERTED] }) {
    conversions touches touchDefinition
    byModel { model definition unattributed credits { act handOver credit } }
} }`;

const attributionSight = async (ask: Ask): Promise<Sight> => {
  const { conversions, touches, byModel } = (await ask<Credited>(attributionQuery)).attribution;
  return {
    title: `What of ours stands before ${conversions} passages out of criticism (${touches} touches; it says association, not cause)`,
    lines: byModel.map(({ model, unattributed, credits }) =>
      [
        lower(model).padEnd(10),
        ...credits.map(({ act, credit }) => `${lower(act ?? 'HAND_OVER')} ${credit.toFixed(2)}`),
        `unattributed ${unattributed.toFixed(2)}`,
      ].join('  '),
    ),
    query: attributionQuery,
  };
};

interface Talk {
  readonly conversationShare: {
    readonly heard: number;
    readonly aboutNone: number;
    readonly topics: readonly { readonly topic: string; readonly heard: number; readonly share: number }[];
  };
  readonly conversationIndex: {
    readonly boydIndex: number | null;
    readonly posts: number;
    readonly commentsAndTrackbacks: number;
  };
}

const talkQuery = `{
  conversationShare { definition heard aboutNone topics { topic heard share boydIndex } }
  conversationIndex { boydDefinition boydIndex posts commentsAndTrackbacks }
}`;

const topicsShown = 5;

const talkSight = async (ask: Ask): Promise<Sight> => {
  const { conversationShare: share, conversationIndex: index } = await ask<Talk>(talkQuery);
  return {
    title: `What is talked about: ${share.heard} heard, ${share.aboutNone} of that on no list`,
    lines: [
      ...share.topics
        .slice(0, topicsShown)
        .map((topic) => `${percent(topic.share).padStart(7)}  ${topic.topic} (${topic.heard})`),
      `Boyd's index ${index.boydIndex?.toFixed(3) ?? '-'}: ${index.posts} posts, ${index.commentsAndTrackbacks} answers to posts`,
    ],
    query: talkQuery,
  };
};

/** How soon critics come round, what of ours stands before it, and what is talked about. */
export const advocacySights = async (ask: Ask): Promise<readonly Sight[]> => [
  await curveSight(ask),
  await attributionSight(ask),
  await talkSight(ask),
];
