import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  dayMs,
  forgetful,
  identified,
  interactionFact,
  mailOf,
  noPersonal,
  projected,
  rowsOf,
  stakeholderFact,
} from '../../test/small-logs.js';
import { isRefusal } from '../event-sourcing/decider.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { type Past, present } from '../event-sourcing/past.js';
import type { RowReader } from '../event-sourcing/read-store.js';
import { numbered } from '../event-sourcing/specification.js';
import { type Content, type Interaction, type InteractionRequest, interaction } from '../interactions/interaction.js';
import { directory } from './directory.js';
import { linksOf } from './influence-links.js';
import { type HeardOn, countVoices, heardOn, topicNumbers, voicesOn } from './influence-pages.js';
import { influenceRows } from './influence-rows.js';
import { type JoinedVoices, joinedVoices, voicesOf } from './influence-voices.js';
import { love, monthMs } from './influence.js';

const people = ['ada', 'bob', 'eve'];
const alone = people.map((id) => [id]);
const ids = ['i', 'j', 'k', 'l', 'm'];
const topics = ['doors', 'keys'];
const dayOf = (number: number): string => new Date(dayMs(number)).toISOString();

const content = fc.record(
  {
    // Now and then years ago, so that relevance fades.
    occurredAt: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -900, max: 9 })).map(dayOf),
    participants: fc
      .uniqueArray(fc.constantFrom(...people), { minLength: 1, maxLength: 2 })
      .map((some) => some.map((stakeholderId) => ({ stakeholderId, role: 'author' as const }))),
    inReplyTo: fc.option(fc.constantFrom(...ids), { freq: 2 }),
    direction: fc.constantFrom('inbound' as const, 'inbound' as const, 'observed' as const, 'outbound' as const),
    topics: fc.subarray(topics),
    reach: fc.option(fc.nat(3)),
  },
  { requiredKeys: [] },
);
const told = fc.record({
  id: fc.constantFrom(...ids),
  asks: fc.oneof(
    { weight: 4, arbitrary: content.map((said) => ({ type: 'Record' as const, said })) },
    { weight: 3, arbitrary: content.map((said) => ({ type: 'Correct' as const, said })) },
    fc.constant({ type: 'Retract' as const, said: {} }),
  ),
});
type Asked = typeof told extends fc.Arbitrary<infer T> ? T : never;
const toldAll = fc.array(told, { minLength: 4, maxLength: 40, size: '+1' });

const requestOf = (id: string, { type, said }: Asked['asks']): InteractionRequest => {
  const { inReplyTo, ...rest } = said as Partial<Content>;
  // Nothing answers itself.
  const its = { ...rest, ...(inReplyTo === undefined ? {} : { inReplyTo: inReplyTo === id ? null : inReplyTo }) };
  switch (type) {
    case 'Record': {
      const about = { source: null, sent: 'digest', marks: [], personal: noPersonal };
      return {
        type: 'RecordInteraction',
        data: { interactionId: id, content: { ...mailOf('ada'), ...its }, ...about },
      };
    }
    case 'Correct':
      return { type: 'CorrectInteraction', data: { changes: its, personal: {} } };
    case 'Retract':
      return { type: 'RetractInteraction', data: {} };
  }
};

/** What comes of asking the decider, and how each interaction is in the end. */
const decided = (all: readonly Asked[]) => {
  const states = new Map<string, Interaction>();
  const events: RecordedEvent[] = [];
  for (const { id, asks } of all) {
    const state = states.get(id) ?? interaction.initialState;
    const decision = interaction.decide(requestOf(id, asks), state);
    if (isRefusal(decision)) continue;
    states.set(id, decision.reduce(interaction.evolve, state));
    events.push(...decision.map((fact) => interactionFact(id, fact)));
  }
  return { log: numbered(...events), states };
};

type Told = Omit<HeardOn, 'topicNumber' | 'voice' | 'voices'> & { readonly name: string };

/** What is told of everybody, by the names of those who are one (left out: each alone). */
const toldIn = async (
  rows: RowReader,
  past: Past,
  who: readonly (readonly string[])[] = alone,
): Promise<readonly Told[]> => {
  const voices = await voicesOf(rows, who);
  const groups = [...voices.values()];
  const names = new Map([...voices].map(([name, [voice = -1]]) => [voice, name]));
  const joined: JoinedVoices = new Map(
    groups.flatMap((group) => (group.length > 1 ? group.map((voice) => [voice, group]) : [])),
  );
  const heard = await heardOn(rows, { groups, joined }, past);
  return heard
    .map(({ topicNumber: _, voice, voices: __, ...its }) => ({ ...its, name: names.get(voice) ?? '' }))
    .sort((a, b) => (a.name + a.topic < b.name + b.topic ? -1 : 1));
};

/** The same by the definition, from the interactions themselves. */
const byDefinition = (states: ReadonlyMap<string, Interaction>, validAt: number): readonly Told[] => {
  const counting = [...states.values()].filter(
    ({ retracted, content: { direction, occurredAt } }) =>
      !retracted && direction !== 'outbound' && Date.parse(occurredAt) <= validAt,
  );
  const authorsOf = ({ content: { participants } }: Interaction) => participants.map((each) => each.stakeholderId);
  const newest = (times: readonly number[]): number | null => (times.length === 0 ? null : Math.max(...times));
  return people.toSorted().flatMap((name) =>
    topics.flatMap((topic): readonly Told[] => {
      const theirs = counting.filter((each) => authorsOf(each).includes(name) && each.content.topics.includes(topic));
      if (theirs.length === 0) return [];
      const reported = theirs.filter(({ content: { reach } }) => reach !== null);
      const reactionsTo = (some: readonly Interaction[]) =>
        some.flatMap((said) =>
          counting
            .filter((each) => each.content.inReplyTo === said.interactionId && !authorsOf(each).includes(name))
            .map((reply) => ({
              said,
              reply,
              at: Math.max(Date.parse(said.content.occurredAt), Date.parse(reply.content.occurredAt)),
            })),
        );
      const timesOf = (some: readonly Interaction[]) => some.map((each) => Date.parse(each.content.occurredAt));
      const reactions = reactionsTo(theirs);
      return [
        {
          name,
          topic,
          utterances: theirs.length,
          reported: reported.length,
          audience: reported.reduce((sum, { content: { reach } }) => sum + (reach ?? 0), 0),
          reactions: reactionsTo(reported).length,
          love: love(timesOf(theirs).map((at) => ({ weight: 1, monthsAgo: Math.floor((validAt - at) / monthMs) }))),
          answered: reactions.length,
          joined: new Set(reactions.map(({ said }) => said)).size,
          people: new Set(reactions.map(({ reply }) => authorsOf(reply)[0])).size,
          newestAt: newest(timesOf(theirs)),
          newestReportedAt: newest(timesOf(reported)),
          newestReactionAt: newest(reactions.map(({ at }) => at)),
          newestReactionToReportedAt: newest(reactionsTo(reported).map(({ at }) => at)),
        },
      ];
    }),
  );
};

const rounded = (all: readonly Told[]) => all.map((each) => ({ ...each, love: Math.round(each.love * 1e6) / 1e6 }));

/** Everything that the queries answer about a past. */
const everythingOf = async (rows: RowReader, past: Past): Promise<unknown> => {
  const answers: unknown[] = [await toldIn(rows, past)];
  const voices = await voicesOf(rows, alone);
  for (const name of topics) {
    // A topic or a voice that came up later is nothing that was known.
    const [topic = -1] = await topicNumbers(rows, [name]);
    answers.push(await countVoices(rows, topic, past), await voicesOn(rows, topic, past, 1));
    for (const [voice = -1] of people.map((each) => voices.get(each) ?? []))
      for (const links of ['newest', 'widest', 'reactions', 'reactions-to-reported', 'joined'] as const)
        answers.push(await linksOf(rows, links, { topic, voices: [voice] }, past));
  }
  return answers;
};

const runs = { numRuns: 60 };

describe('influence', () => {
  it('is as its definition has it', () =>
    fc.assert(
      fc.asyncProperty(toldAll, fc.integer({ min: -300, max: 20 }), async (all, on) => {
        const { log, states } = decided(all);
        const rows = await projected([influenceRows], log, 3);
        const validAt = dayMs(on);
        expect(rounded(await toldIn(rows, { known: present, validAt }))).toEqual(
          rounded(byDefinition(states, validAt)),
        );
        await rows.close();
      }),
      runs,
    ));

  it('has the same rows whatever the batches, and whatever is remembered', () =>
    fc.assert(
      fc.asyncProperty(toldAll, fc.integer({ min: 2, max: 9 }), async (all, batch) => {
        const { log } = decided(all);
        const several = [
          await projected([influenceRows], log, 100),
          await projected([influenceRows], log, 1),
          await projected([forgetful(influenceRows)], log, batch),
        ] as const;
        for (const table of influenceRows.tables) {
          const expected = await rowsOf(several[0], table);
          for (const rows of several) expect(await rowsOf(rows, table)).toEqual(expected);
        }
        for (const rows of several) await rows.close();
      }),
      runs,
    ));

  it('is as of a point what it was when the log ended there', () =>
    fc.assert(
      fc.asyncProperty(toldAll, fc.nat(40), fc.integer({ min: -30, max: 20 }), async (all, at, on) => {
        const { log } = decided(all);
        const known = at % (log.length + 1);
        const validAt = dayMs(on);
        const whole = await projected([influenceRows], log);
        const cut = await projected([influenceRows], log.slice(0, known), 4);
        expect(await everythingOf(whole, { known, validAt })).toEqual(
          await everythingOf(cut, { known: present, validAt }),
        );
        await whole.close();
        await cut.close();
      }),
      runs,
    ));

  it('is the same in whichever order interactions are recorded', () =>
    fc.assert(
      fc.asyncProperty(toldAll, fc.array(fc.nat(1_000)), async (all, places) => {
        const { log } = decided(all);
        const streams = [...Map.groupBy(log, ({ stream }) => stream).values()];
        const shuffled = streams
          .map((events, index) => ({ events, place: places[index] ?? 0 }))
          .sort((a, b) => b.place - a.place)
          .flatMap(({ events }) => events);
        const past = { known: present, validAt: dayMs(20) };
        const [one, other] = [
          await projected([influenceRows], log, 5),
          await projected([influenceRows], numbered(...shuffled), 2),
        ];
        expect(await toldIn(other, past)).toEqual(await toldIn(one, past));
        await one.close();
        await other.close();
      }),
      runs,
    ));

  it('of those who are one is as if one had said it all, and of two again as it was', () =>
    fc.assert(
      fc.asyncProperty(toldAll, fc.constantFrom('ada', 'bob'), async (all, survivor) => {
        // Of several who sign a reply the first is who reacted, so here nobody signs with another.
        const single = all.map(({ id, asks }) => ({ id, asks: signedByOne(asks) }));
        const merged = survivor === 'ada' ? 'bob' : 'ada';
        const asOne = all.map(({ id, asks }) => ({
          id,
          asks: signedByOne(asks, (name) => (name === merged ? survivor : name)),
        }));
        const groups = [[survivor, merged], ['eve']];
        const before = [...people.map((id) => identified(id)), ...decided(single).log];
        const together = numbered(...before, mergeFact('StakeholdersMerged', survivor, merged));
        const apart = numbered(...together, mergeFact('StakeholderUnmerged', survivor, merged));
        const projections = [directory, influenceRows];
        const past = { known: present, validAt: dayMs(20) };
        const rows = await projected(projections, together, 7);
        const expected = await projected(projections, numbered(...before.slice(0, 3), ...decided(asOne).log));
        const known = [survivor, 'eve'].map((id) => [id]);
        expect(await toldIn(rows, past, groups)).toEqual(await toldIn(expected, past, known));
        const [ones, theirs] = [await joinedVoices(rows, past), await joinedVoices(expected, past)];
        expect(theirs.size).toBe(0);
        for (const name of topics) {
          const [[topic = -1], [other = -1]] = [await topicNumbers(rows, [name]), await topicNumbers(expected, [name])];
          expect(await countVoices(rows, topic, past, ones)).toBe(await countVoices(expected, other, past));
          const sums = async (of: RowReader, number: number, joined: JoinedVoices) =>
            (await voicesOn(of, number, past, 2, joined))
              .map(({ utterances, reported, audience, reactions, love: value }) =>
                JSON.stringify({ utterances, reported, audience, reactions, value }),
              )
              .sort();
          expect(await sums(rows, topic, ones)).toEqual(await sums(expected, other, theirs));
        }
        const parted = await projected(projections, apart, 7);
        expect((await joinedVoices(parted, past)).size).toBe(0);
        expect(await toldIn(parted, past)).toEqual(await toldIn(rows, { ...past, known: before.length }));
        for (const each of [rows, expected, parted]) await each.close();
      }),
      runs,
    ));
});

const signedByOne = (asks: Asked['asks'], nameOf: (name: string) => string = (name) => name): Asked['asks'] => {
  const { participants = asks.type === 'Record' ? mailOf('ada').participants : undefined, ...said } =
    asks.said as Partial<Content>;
  if (participants === undefined) return asks;
  const signed = [{ stakeholderId: nameOf(participants[0]?.stakeholderId ?? ''), role: 'author' as const }];
  return { ...asks, said: { ...said, participants: signed } } as Asked['asks'];
};

const mergeFact = (type: 'StakeholdersMerged' | 'StakeholderUnmerged', stakeholderId: string, mergedId: string) =>
  stakeholderFact(
    stakeholderId,
    type === 'StakeholdersMerged'
      ? { type, data: { stakeholderId, mergedId, token: 't', guard: 'g' } }
      : { type, data: { stakeholderId, mergedId, token: 't' } },
  );
