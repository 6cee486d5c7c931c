import { asking } from '../asking.js';
import type { Family } from '../family.js';
import { people } from '../fixtures.js';
import { lastDays } from '../log-maker.js';
import { inTurn } from '../measuring.js';
import { compared } from '../table.js';
import { inputOf, mailOf } from '../world.js';

const record = `mutation Record($input: RecordInteractionInput!) {
  recordInteraction(input: $input) { ... on InteractionRecorded { position interaction { id } } ... on Refusal { message } }
}`;
const wait = `query Wait($atLeast: Position) { stakeholders(first: 1, atLeast: $atLeast) { pageInfo { hasNextPage } } }`;

const dayMs = 86_400_000;

export const longHistory: Family = {
  name: 'history',
  run: async (bench) => {
    const { service } = await bench.served(bench.largeEvents);
    const { ask, close } = asking(service);
    let number = 0;
    /** Milliseconds until a mail of this person's and date is on disk and in the rows. */
    const recorded = async (person: number, at: number): Promise<number> => {
      const input = inputOf(mailOf((number += 1), person, at, 'history'));
      const { data, ms } = await ask<{ recordInteraction: { position?: string } }>(record, { input });
      const { position } = data.recordInteraction;
      if (position === undefined) throw new Error('A mail was not recorded.');
      return ms + (await ask(wait, { atLeast: position })).ms;
    };
    const start = Date.now();
    const shortOf = (round: number): number => people.short[round % people.short.length] ?? 0;
    const contestants = {
      short: (round: number) => recorded(shortOf(round), start + round),
      long: (round: number) => recorded(people.long, start + round),
      // Each after the last, so that the hundred stay the only ones that are later.
      late: (round: number) => recorded(people.longWithFewLately, start - (lastDays + 0.5) * dayMs + round),
    };
    await inTurn(bench.rounds(10), {
      short: (round) => recorded(shortOf(round), start - 60_000 + round),
      long: (round) => recorded(people.long, start - 60_000 + round),
      late: (round) => recorded(people.longWithFewLately, start - (lastDays + 0.5) * dayMs - 60_000 + round),
    });
    const times = await inTurn(bench.rounds(150), contestants);
    await close();
    const name = 'recording with a stakeholder of 10^5 interactions, until it is projected';
    return [
      compared(`${name}: newest, against one of 10`, times.long, 'ms', times.short, '<= 1.2'),
      compared(`${name}: dated 30 days back where 100 are later, against newest`, times.late, 'ms', times.long, '<= 3'),
    ];
  },
};
