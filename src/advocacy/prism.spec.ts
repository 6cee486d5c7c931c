import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  corrected,
  day,
  dayMs,
  interactionFact,
  passed,
  plansOf,
  projected,
  retracted,
} from '../../test/small-logs.js';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { open } from '../event-sourcing/position.js';
import { present, type Past } from '../event-sourcing/past.js';
import { numbered, specifyProjection } from '../event-sourcing/specification.js';
import type { Content } from '../interactions/interaction.js';
import { prism, topicsIn, utterance } from './prism.js';
import { channelsOf, channelsOverTime, conversedIn, topicsOf } from './prism-measures.js';
import { directory } from '../stakeholders/directory.js';

const live: Past = { known: present, validAt: dayMs(31) };
const { given } = specifyProjection(prism);
const tone = (value: number) => ({ value, person: 'Ada' });
const versions = (...rows: readonly [number, number, number, string, string, number | null][]) =>
  rows.map(([number, from, until, author, channel, sounds]) => ({
    ...{ at: dayMs(number), known_from: from, known_until: until, author, channel, tone: sounds },
  }));

const toneAssessed = (id: string, author: string, content: Partial<Content>, value: number): RecordedEvent =>
  interactionFact(id, {
    type: 'ToneAssessed',
    data: {
      was: {
        ...{ interactionId: id, direction: 'inbound', act: 'comment', occurredAt: day(1), tone: null, ...content },
        participants: [{ stakeholderId: author, role: 'author' }],
      },
      from: null,
      tone: tone(value),
    },
  });

describe('the prism', () => {
  it('has a row for each author, of which the first counts', () =>
    given(
      passed('i', 'mia', {
        participants: ['mia', 'leo'].map((stakeholderId) => ({ stakeholderId, role: 'author' as const })),
        ...{ topics: ['price', 'a|b%'], tone: tone(0.5), reach: 100, act: 'post', channel: 'forum' },
      }),
      passed('o', 'mia', { direction: 'outbound', participants: [{ stakeholderId: 'mia', role: 'addressee' }] }),
    ).thenRows(utterance, [
      ...['leo', 'mia'].map((author, index) => ({
        ...{ at: dayMs(1), key: 1, author, known_from: 1, known_until: open, id: 'i', counts: 1 - index },
        ...{ direction: 'inbound', channel: 'forum', act: 'post', topics: '|price|a%7Cb%25|', tone: 0.5, reach: 100 },
      })),
      {
        ...{ at: dayMs(1), key: 2, author: '', known_from: 2, known_until: open, id: 'o', counts: 1 },
        ...{ direction: 'outbound', channel: 'email', act: 'comment', topics: '', tone: null, reach: null },
      },
    ]));

  it('keeps what it told before a correction', () =>
    given(
      passed('i', 'mia', { tone: tone(1) }),
      corrected('i', 'mia', { occurredAt: day(1) }, { occurredAt: day(3), channel: 'blog' }),
      corrected('i', 'mia', { occurredAt: day(3) }, { tone: null }),
    ).thenColumns(
      utterance,
      versions([1, 1, 2, 'mia', 'email', 1], [3, 2, 3, 'mia', 'blog', 1], [3, 3, open, 'mia', 'blog', null]),
    ));

  it('has no other version where nothing in it changes', () =>
    given(
      passed('i', 'mia', { language: 'en' }),
      corrected('i', 'mia', { language: 'en' }, { language: 'de' }),
    ).thenColumns(utterance, versions([1, 1, open, 'mia', 'email', null])));

  it('ends at a retraction, and takes a tone that is assessed', () =>
    given(
      ...[passed('i', 'mia'), passed('j', 'leo', { occurredAt: day(2) })],
      ...[toneAssessed('j', 'leo', { occurredAt: day(2) }, -0.5), retracted('i', 'mia')],
    ).thenColumns(
      utterance,
      versions([1, 1, 4, 'mia', 'email', null], [2, 2, 3, 'leo', 'email', null], [2, 3, open, 'leo', 'email', -0.5]),
    ));

  it('tells topics as they were spelt, whatever they hold', () => {
    const topic = fc.string({ unit: fc.constantFrom('|', '%', '7', 'C', '2', '5', 'a'), minLength: 1 });
    return fc.assert(
      fc.asyncProperty(fc.uniqueArray(topic), (topics) =>
        given(passed('i', 'mia', { topics })).reading(async (rows) => {
          const [row] = await rows.all<{ topics: string }>('select topics from utterance');
          expect(topicsIn(row?.topics ?? '')).toEqual(topics);
        }),
      ),
    );
  });
});

const said = (id: string, by: string, number: number, content: Partial<Content> = {}) =>
  passed(id, by, { occurredAt: day(number), ...content });
const log = numbered(
  said('a', 'mia', 1, { channel: 'forum', act: 'post', topics: ['price'], tone: tone(-1), reach: 10 }),
  said('b', 'leo', 2, { channel: 'forum', act: 'reply', topics: ['price', 'taste'], tone: tone(0.5), reach: 1_000 }),
  said('c', 'mia', 3, { channel: 'forum', act: 'share', direction: 'observed', reach: 50 }),
  said('d', 'mia', 4, { channel: 'blog', act: 'post', topics: ['taste'] }),
  said('e', 'leo', 5, { channel: 'forum', act: 'reply', direction: 'outbound', topics: ['price'], tone: tone(1) }),
  said('f', 'max', 6, { channel: 'email' }),
  retracted('f', 'max', { occurredAt: day(6) }),
);
const during = { from: null, until: null };
const reading = async <T>(read: (rows: Awaited<ReturnType<typeof projected>>) => Promise<T>): Promise<T> => {
  const rows = await projected([prism, directory], log);
  return read(rows).finally(() => rows.close());
};

describe('the measures of the prism', () => {
  it('count what was heard and what we said on each channel, the people, and their tone without ours', () =>
    reading(async (rows) => {
      expect(await channelsOf(rows, { during }, live)).toEqual([
        { channel: 'forum', heard: 3, ours: 1, people: 2, tone: -0.25 },
        { channel: 'blog', heard: 1, ours: 0, people: 1, tone: null },
      ]);
      // Before its retraction, what was taken back was there.
      expect(await channelsOf(rows, { during, channels: ['email'] }, { ...live, known: 6 })).toHaveLength(1);
      const early = { ...live, validAt: dayMs(1) };
      expect(await channelsOf(rows, { during, topics: ['price'] }, early)).toEqual([
        { channel: 'forum', heard: 1, ours: 0, people: 1, tone: -1 },
      ]);
    }));

  it('are told over time from the beginning of the period on', () =>
    reading(async (rows) => {
      const asked = { during: { from: dayMs(2), until: dayMs(6) } };
      const stretches = await channelsOverTime(rows, asked, 2, live);
      expect(
        [...stretches].map(([index, on]) => [index, on.map(({ channel, heard, ours }) => [channel, heard, ours])]),
      ).toEqual(
        expect.arrayContaining([
          [0, [['forum', 2, 0]]],
          [
            1,
            [
              ['blog', 1, 0],
              ['forum', 0, 1],
            ],
          ],
        ]),
      );
    }));

  it('share the conversation among topics', () =>
    reading(async (rows) => {
      expect(await topicsOf(rows, { during }, live)).toEqual({
        ...{ heard: 4, aboutNone: 1 },
        topics: [
          { topic: 'price', heard: 2, posts: 1, commentsAndTrackbacks: 2 },
          { topic: 'taste', heard: 2, posts: 1, commentsAndTrackbacks: 1 },
        ],
      });
    }));

  it('tell what the index is reckoned from', () =>
    reading(async (rows) => {
      const all = { posts: 2, commentsAndTrackbacks: 3, heard: 4, ours: 1, channels: 2, tone: -0.25, medianReach: 50 };
      expect(await conversedIn(rows, { during }, live)).toEqual(all);
      expect(await conversedIn(rows, { during: { from: dayMs(20), until: null } }, live)).toEqual({
        ...{ posts: 0, commentsAndTrackbacks: 0, heard: 0, ours: 0, channels: 0, tone: null, medianReach: null },
      });
    }));

  it('read no more than the period', () =>
    reading(async (rows) => {
      const asked = { during: { from: dayMs(2), until: dayMs(3) } };
      const plans = await plansOf(rows, async (planned) => {
        await channelsOf(planned, asked, live);
        await topicsOf(planned, asked, live);
        await conversedIn(planned, asked, live);
        await channelsOverTime(planned, asked, 1, live);
      });
      expect(plans.filter((step) => /utterance|\bu\b/.test(step) && step.startsWith('SCAN'))).toEqual([]);
      expect(plans.filter((step) => /at>\?|at<\?/.test(step)).length).toBeGreaterThanOrEqual(5);
    }));
});
