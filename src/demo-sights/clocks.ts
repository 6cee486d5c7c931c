import type { Ask } from './asking.js';
import { day, lower, type Sight } from './sight.js';

interface Clocks {
  readonly responseClocks: {
    readonly groups: readonly {
      readonly clocks: readonly {
        readonly clock: string;
        readonly count: number;
        readonly open: number;
        readonly early: number;
        readonly p50Minutes: number | null;
        readonly p90Minutes: number | null;
      }[];
    }[];
  };
  readonly openClocks: {
    readonly nodes: readonly {
      readonly openedAt: string;
      readonly stakeholder: { readonly name: string } | null;
      readonly openedBy: { readonly subject: string | null } | null;
    }[];
  };
  readonly earlyReplies: {
    readonly totalCount: number;
    readonly nodes: readonly {
      readonly direction: string;
      readonly occurredAt: string;
      readonly subject: string | null;
      readonly participants: readonly { readonly stakeholder: { readonly name: string } }[];
      readonly inReplyTo: { readonly occurredAt: string } | null;
    }[];
  };
}

const query = `{
  responseClocks { definition groups { clocks { clock count open early p50Minutes p90Minutes } } }
  openClocks(first: 1, where: { clocks: [FIRST_RESPONSE] }) { nodes { openedAt stakeholder { name } openedBy { subject } } }
  earlyReplies(first: 100) { totalCount nodes { direction occurredAt subject participants { stakeholder { name } } inReplyTo { occurredAt } } }
}`;

const minutes = (time: number | null): string => (time === null ? '-' : `${time.toFixed(0)} min`);

const hourMs = 3_600_000;

/** How many replies predate what they answer, and the one that does so the most. */
const earlyLines = ({ totalCount, nodes }: Clocks['earlyReplies']): readonly string[] => {
  const ours = nodes.filter(({ direction }) => direction === 'OUTBOUND').length;
  const by = ({ occurredAt, inReplyTo }: (typeof nodes)[number]): number =>
    inReplyTo === null ? 0 : (Date.parse(inReplyTo.occurredAt) - Date.parse(occurredAt)) / hourMs;
  const [most] = nodes.toSorted((a, b) => by(b) - by(a));
  return [
    `Replies dated before what they answer: ${totalCount}, ${ours} of them ours`,
    ...(most === undefined
      ? []
      : [
          `The most, by ${by(most).toFixed(1)} hours: ${most.participants[0]?.stakeholder.name ?? 'somebody'} on ${day(most.occurredAt)}, "${most.subject ?? ''}"`,
        ]),
  ];
};

/** How soon we answer, by clocks that nobody set a target or working hours for: they run around the clock. */
export const clockSight = async (ask: Ask): Promise<Sight> => {
  const { responseClocks, openClocks, earlyReplies } = await ask<Clocks>(query);
  return {
    title: 'How soon we answer',
    lines: [
      ...responseClocks.groups.flatMap(({ clocks }) =>
        clocks.map(
          ({ clock, count, open, early, p50Minutes, p90Minutes }) =>
            `${lower(clock).padEnd(14)} ${count} clocks, ${open} still open; of the others half by ${minutes(p50Minutes)}, nine in ten by ${minutes(p90Minutes)}; ${early} dated before what they answer`,
        ),
      ),
      ...openClocks.nodes.map(
        ({ openedAt, stakeholder, openedBy }) =>
          `Unanswered for longest: ${stakeholder?.name ?? 'somebody'} on ${day(openedAt)}, "${openedBy?.subject ?? ''}"`,
      ),
      ...earlyLines(earlyReplies),
    ],
    query,
  };
};
