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
}

const query = `{
  responseClocks { definition groups { clocks { clock count open early p50Minutes p90Minutes } } }
  openClocks(first: 1, where: { clocks: [FIRST_RESPONSE] }) { nodes { openedAt stakeholder { name } openedBy { subject } } }
}`;

const minutes = (time: number | null): string => (time === null ? '-' : `${time.toFixed(0)} min`);

/** How soon we answer, by clocks that nobody set a target or working hours for: they run around the clock. */
export const clockSight = async (ask: Ask): Promise<Sight> => {
  const { responseClocks, openClocks } = await ask<Clocks>(query);
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
    ],
    query,
  };
};
