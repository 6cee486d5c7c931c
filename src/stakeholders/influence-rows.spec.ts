import { describe, expect, it } from '@jest/globals';
import { corrected, day, dayMs, passed, plansOf, projected, retracted } from '../../test/small-logs.js';
import { type Past, present } from '../event-sourcing/past.js';
import { open } from '../event-sourcing/position.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { linksOf } from './influence-links.js';
import { countVoices, heardOn, topicNumbers, voicesOn } from './influence-pages.js';
import { influenceRows } from './influence-rows.js';
import {
  influenceEvidenceTable,
  influenceSaidTable,
  influenceTopicTable,
  influenceVoiceTable,
} from './influence-tables.js';
import { stakeholdersOf, voicesOf } from './influence-voices.js';

const { given } = specifyProjection(influenceRows);
const live: Past = { known: present, validAt: dayMs(31) };

const authors = (...ids: readonly string[]): Content['participants'] =>
  ids.map((stakeholderId) => ({ stakeholderId, role: 'author' }));
const doors: Partial<Content> = { topics: ['doors'] };
/** Numbers that the event with this ordinal gave. */
const number = (ordinal: number, place = 0): number => ordinal * 64 + place;

/** The evidence of each event, in the order of the key: who, when, which, answering which, known from and until. */
const evidence = (
  ...rows: readonly (readonly [
    voice: number,
    at: number,
    key: number,
    answers: number | null,
    from: number,
    until: number,
  ])[]
) =>
  rows.map(([voice, at, key, answers, known_from, known_until]) => ({
    ...{ voice, at: dayMs(at), key, answers, known_from, known_until },
  }));

describe('the evidence of influence', () => {
  it('is an utterance for each topic and author', () =>
    given(passed('i', 'mia', { participants: authors('mia', 'leo'), topics: ['doors', 'keys'], reach: 7 })).thenRows(
      influenceEvidenceTable,
      [0, 1].flatMap((topic) =>
        [0, 1].map((voice) => ({
          ...{ topic: number(1, topic), voice: number(1, voice), at: dayMs(1), key: 1, reach: 7 },
          ...{ known_from: 1, known_until: open, answers: null, reactor: null },
        })),
      ),
    ));

  it('gives topics and voices numbers once', async () => {
    const log = [
      passed('i', 'mia', doors),
      passed('j', 'leo', { topics: ['keys', 'doors'] }),
      passed('k', 'mia', doors),
    ];
    await given(...log).thenRows(influenceTopicTable, [
      { topic: 'doors', key: number(1) },
      { topic: 'keys', key: number(2) },
    ]);
    await given(...log).thenRows(influenceVoiceTable, [
      { id: 'leo', key: number(2) },
      { id: 'mia', key: number(1) },
    ]);
  });

  it('is nothing at all of what is about no topic, answers nothing and has no audience', async () => {
    const plain = [passed('i', 'mia'), retracted('i', 'mia')];
    await given(...plain).thenRows(influenceSaidTable, []);
    await given(...plain).thenRows(influenceVoiceTable, []);
  });

  it('is nothing of what is ours', () =>
    given(passed('i', 'mia', { ...doors, direction: 'outbound' })).thenRows(influenceEvidenceTable, []));

  it('is a reaction of others, from the later of the two dates on', () =>
    given(
      passed('i', 'mia', { ...doors, occurredAt: day(5) }),
      passed('j', 'leo', { inReplyTo: 'i', occurredAt: day(7) }),
      passed('k', 'eva', { inReplyTo: 'i', occurredAt: day(2) }),
    ).thenColumns(
      influenceEvidenceTable,
      evidence([number(1), 5, 1, null, 1, open], [number(1), 5, 3, 1, 3, open], [number(1), 7, 2, 1, 2, open]),
    ));

  it('is the same where the reply arrives first', () =>
    given(
      passed('j', 'leo', { inReplyTo: 'i', occurredAt: day(7) }),
      passed('i', 'mia', { ...doors, occurredAt: day(5), reach: 3 }),
    ).thenRows(
      influenceEvidenceTable,
      [
        { at: dayMs(5), key: 2, answers: null, reactor: null },
        { at: dayMs(7), key: 1, answers: 2, reactor: number(1) },
      ].map((row) => ({ topic: number(2), voice: number(2), known_from: 2, known_until: open, reach: 3, ...row })),
    ));

  it.each<[string, string, Partial<Content>]>([
    ['of their own', 'mia', {}],
    ['that they signed too', 'leo', { participants: authors('leo', 'mia') }],
    ['of ours', 'leo', { direction: 'outbound' }],
    ['of nobody who is named', 'leo', { participants: [{ stakeholderId: 'leo', role: 'addressee' }] }],
  ])('is no reaction %s', (_, who, content) =>
    given(passed('i', 'mia', doors), passed('j', who, { inReplyTo: 'i', ...content })).thenColumns(
      influenceEvidenceTable,
      evidence([number(1), 1, 1, null, 1, open]),
    ),
  );

  it('goes with what is retracted, an utterance with the reactions to it', () =>
    given(
      passed('i', 'mia', doors),
      passed('j', 'leo', { inReplyTo: 'i' }),
      passed('k', 'eva', { inReplyTo: 'i' }),
      retracted('j', 'leo', { inReplyTo: 'i' }),
      retracted('i', 'mia'),
    ).thenColumns(
      influenceEvidenceTable,
      evidence([number(1), 1, 1, null, 1, 5], [number(1), 1, 2, 1, 2, 4], [number(1), 1, 3, 1, 3, 5]),
    ));

  it('stays as it was where nothing of it is corrected', () =>
    given(
      passed('i', 'mia', { ...doors, act: 'post' }),
      corrected('i', 'mia', { act: 'post' }, { act: 'question' }),
    ).thenColumns(influenceEvidenceTable, evidence([number(1), 1, 1, null, 1, open])));

  it('is corrected in its topic, its audience, its date and its author, and so are the reactions to it', () =>
    given(
      passed('i', 'mia', { ...doors, reach: 5 }),
      passed('j', 'leo', { inReplyTo: 'i', occurredAt: day(2) }),
      corrected('i', 'mia', { reach: 5 }, { reach: 6 }),
      corrected('i', 'mia', { occurredAt: day(1) }, { occurredAt: day(4) }),
      corrected('i', 'mia', { participants: authors('mia') }, { participants: authors('leo') }),
      corrected('i', 'leo', { topics: ['doors'] }, { topics: [] }),
    ).thenColumns(influenceEvidenceTable, [
      { voice: number(1), at: dayMs(1), key: 1, reach: 5, known_from: 1, known_until: 3 },
      { voice: number(1), at: dayMs(1), key: 1, reach: 6, known_from: 3, known_until: 4 },
      { voice: number(1), at: dayMs(2), key: 2, reach: 5, known_from: 2, known_until: 3 },
      { voice: number(1), at: dayMs(2), key: 2, reach: 6, known_from: 3, known_until: 4 },
      { voice: number(1), at: dayMs(4), key: 1, reach: 6, known_from: 4, known_until: 5 },
      { voice: number(1), at: dayMs(4), key: 2, reach: 6, known_from: 4, known_until: 5 },
      // Of Leo now: he does not react to himself.
      { voice: number(2), at: dayMs(4), key: 1, reach: 6, known_from: 5, known_until: 6 },
    ]));

  it('follows a reply that is corrected to answer something else', () =>
    given(
      passed('i', 'mia', doors),
      passed('k', 'eva', doors),
      passed('j', 'leo', { inReplyTo: 'i' }),
      corrected('j', 'leo', { inReplyTo: 'i' }, { inReplyTo: 'k' }),
    ).thenColumns(
      influenceEvidenceTable,
      evidence(
        [number(1), 1, 1, null, 1, open],
        [number(1), 1, 3, 1, 3, 4],
        [number(2), 1, 2, null, 2, open],
        [number(2), 1, 3, 2, 4, open],
      ),
    ));

  it('comes of what had nothing to tell until it was corrected', () =>
    given(
      passed('i', 'mia'),
      passed('j', 'leo', { inReplyTo: 'i' }),
      corrected('i', 'mia', { topics: [] }, { topics: ['doors'], participants: authors('eva') }),
      corrected('i', 'eva', { direction: 'inbound' }, { direction: 'outbound' }),
    ).thenColumns(influenceEvidenceTable, evidence([number(3), 1, 2, 3, 3, 4], [number(3), 1, 3, null, 3, 4])));
});

describe('what was heard on a topic', () => {
  // From the 1st of November to the end of January it is 91 days: two whole months of 30.4375 days.
  const log = numbered(
    passed('a', 'mia', { ...doors, occurredAt: '2025-11-01T12:00:00.000Z', reach: 1_000 }),
    passed('b', 'mia', { ...doors, occurredAt: day(3), reach: 3_000 }),
    passed('c', 'mia', { ...doors, occurredAt: day(20) }),
    passed('r', 'leo', { inReplyTo: 'a', occurredAt: day(5) }),
    passed('s', 'leo', { inReplyTo: 'c', occurredAt: day(21) }),
    passed('t', 'eva', { inReplyTo: 'c', occurredAt: day(22) }),
    passed('d', 'eva', { ...doors, occurredAt: day(9) }),
    retracted('d', 'eva', { ...doors, occurredAt: day(9) }),
  );
  const heardOf = async (past: Past) => {
    const rows = await projected([influenceRows], log);
    const [topic = 0] = await topicNumbers(rows, ['doors']);
    const voices = await voicesOf(rows, [['mia'], ['eva'], ['nobody']]);
    const heard = await heardOn(rows, { groups: [...voices.values()] }, past);
    const names = await stakeholdersOf(
      rows,
      heard.map(({ voice }) => voice),
    );
    const narrow = await voicesOn(rows, topic, past, 1);
    const count = await countVoices(rows, topic, past);
    await rows.close();
    return { heard: heard.map((each) => ({ ...each, name: names.get(each.voice) })), narrow, count };
  };

  it('is counted, with its newest', async () => {
    const { heard, narrow, count } = await heardOf(live);
    expect(heard).toEqual([
      {
        ...{ name: 'mia', topic: 'doors', topicNumber: number(1), voice: number(1), voices: [number(1)] },
        ...{ utterances: 3, reported: 2, audience: 4_000, reactions: 1, answered: 3, joined: 2, people: 2 },
        // Two months ago, none, none: to nine decimals.
        love: 0.81 + 1 + 1,
        ...{ newestAt: dayMs(20), newestReportedAt: dayMs(3) },
        ...{ newestReactionAt: dayMs(22), newestReactionToReportedAt: dayMs(5) },
      },
    ]);
    expect(narrow.map((each) => ({ ...each }))).toEqual([
      { voice: number(1), utterances: 3, reported: 2, audience: 4_000, reactions: 1, love: 2.81 },
    ]);
    expect(count).toBe(1);
  });

  it('is what had happened by then', async () => {
    const { heard } = await heardOf({ known: present, validAt: dayMs(4) });
    expect(heard).toMatchObject([{ utterances: 2, reactions: 0, answered: 0, love: 0.81 + 1, newestReactionAt: null }]);
  });

  it('is what was known by then', async () => {
    const { heard, count } = await heardOf({ known: 7, validAt: dayMs(31) });
    expect([count, heard.map(({ name }) => name).sort()]).toEqual([2, ['eva', 'mia']]);
    expect((await heardOf({ known: 0, validAt: dayMs(31) })).heard).toEqual([]);
  });

  it('is told by interactions, in the order that is asked for', async () => {
    const rows = await projected([influenceRows], log);
    const of = { topic: number(1), voices: [number(1)] };
    const ids = async (links: Parameters<typeof linksOf>[1], limit?: number) =>
      (await linksOf(rows, links, of, live, limit)).map(({ interactionId }) => interactionId);
    expect(await ids('newest')).toEqual(['c', 'b', 'a']);
    expect(await ids('newest', 1)).toEqual(['c']);
    expect(await ids('widest')).toEqual(['b', 'a']);
    expect(await ids('reactions')).toEqual(['t', 's', 'r']);
    expect(await ids('reactions-to-reported')).toEqual(['r']);
    expect((await linksOf(rows, 'joined', of, live)).map((each) => ({ ...each }))).toEqual([
      { interactionId: 'c', reach: null, reactions: 2 },
      { interactionId: 'a', reach: 1_000, reactions: 1 },
    ]);
    await rows.close();
  });

  it('is read by ranges of an index', async () => {
    const rows = await projected([influenceRows], log);
    const plans = await plansOf(rows, async (reader) => {
      await topicNumbers(reader, ['doors']);
      await voicesOn(reader, number(1), live);
      await heardOn(reader, { groups: [[number(1)]], topics: [number(1)] }, live);
      await heardOn(reader, { groups: [[number(1)]] }, live);
      await linksOf(reader, 'newest', { topic: number(1), voices: [number(1)] }, live);
    });
    // What was made of ranges is gone through, and no table is.
    expect(plans.filter((plan) => plan.includes('SCAN') && !/SCAN [hlv]$/.test(plan))).toEqual([]);
    // A ranking is counted in the order of the key, without sorting.
    const ranking = plans.slice(1, plans.indexOf('SCAN v') + 1);
    expect(ranking).toEqual([
      'CO-ROUTINE v',
      expect.stringMatching(/^SEARCH e USING PRIMARY KEY \(topic=\?\)/),
      'SCAN v',
    ]);
    await rows.close();
  });
});
