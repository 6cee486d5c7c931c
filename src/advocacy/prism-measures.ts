import { thenOf, type Past } from '../event-sourcing/past.js';
import type { RowReader, Value } from '../event-sourcing/read-store.js';
import type { Channel } from '../stakeholders/handle.js';
import { type PeopleApart, peopleApart } from './merged-people.js';
import { topicsIn, markedTopic } from './prism.js';
import type { Period } from './standing-pages.js';

/** The definitions by which the prism and the shares of topics are reckoned. */
export const prismDefinition = 'conversation-prism-v1';
export const topicShareDefinition = 'share-of-conversation-v1';

/** Which utterances; what is left out restricts nothing. */
export interface UtterancesAsked {
  readonly during: Period;
  readonly channels?: readonly Channel[];
  /** About any of these, spelt exactly. */
  readonly topics?: readonly string[];
}

/** What passed on one channel. *Heard* is what they said, to us or about us; *ours* is what we said to them. */
export interface OnChannel {
  readonly channel: Channel;
  readonly heard: number;
  readonly ours: number;
  /** Different authors of what was heard. */
  readonly people: number;
  /** The mean tone of what was heard, over each interaction that has one, -1 to 1; null where none has. */
  readonly tone: number | null;
}

const heard = `u.direction <> 'outbound'`;
const countsOf = (people: PeopleApart): string => `${heardAndOurs},
  count(distinct case when ${heard} and u.author <> '' then ${people.who} end) as people, ${tone}`;
const heardAndOurs = `sum(case when ${heard} then u.counts else 0 end) as heard,
  sum(case when ${heard} then 0 else u.counts end) as ours`;
const tone = `avg(case when ${heard} and u.counts = 1 then u.tone end) as tone`;

type OnChannelRow = OnChannel & { readonly [column: string]: Value };

/** The channels on which something passed, the most heard first. */
export async function channelsOf(rows: RowReader, asked: UtterancesAsked, past: Past): Promise<readonly OnChannel[]> {
  const { sql, parameters } = utterances(asked, past);
  const people = await peopleApart(rows, 'u.author', past);
  const found = await rows.all<OnChannelRow>(
    `select u.channel, ${countsOf(people)} from utterance u ${people.joined} where ${sql} group by u.channel`,
    [...people.parameters, ...parameters],
  );
  return [...found].sort(mostHeard);
}

const mostHeard = (a: OnChannel, b: OnChannel): number =>
  b.heard - a.heard || b.ours - a.ours || (a.channel < b.channel ? -1 : 1);

/** The same for each stretch of so many days from the period's beginning on; what has nothing is left out. */
export async function channelsOverTime(
  rows: RowReader,
  asked: UtterancesAsked & { readonly during: { readonly from: number } },
  everyDays: number,
  past: Past,
): Promise<ReadonlyMap<number, readonly OnChannel[]>> {
  const { sql, parameters } = utterances(asked, past);
  const people = await peopleApart(rows, 'u.author', past);
  const found = await rows.all<OnChannelRow & { readonly stretch: number }>(
    `select u.stretch, u.channel, ${countsOf(people)} from (
      select cast((u.at - ?) / ${Math.trunc(everyDays) * 86_400_000} as integer) as stretch, u.* from utterance u where ${sql}
    ) as u ${people.joined} group by u.stretch, u.channel`,
    [asked.during.from, ...parameters, ...people.parameters],
  );
  const stretches = new Map<number, OnChannel[]>();
  for (const { stretch, channel, heard, ours, people, tone } of found) {
    const on = stretches.get(stretch);
    const row = { channel, heard, ours, people, tone };
    if (on === undefined) stretches.set(stretch, [row]);
    else on.push(row);
  }
  for (const on of stretches.values()) on.sort(mostHeard);
  return stretches;
}

/** What was heard about one topic, and how much of it began and how much answered. */
export interface OnTopic {
  readonly topic: string;
  readonly heard: number;
  readonly posts: number;
  readonly commentsAndTrackbacks: number;
}

/** What is asked of posts and of what answers them: whoever wrote it. Shares and links are trackbacks. */
const posts = `sum(case when u.act = 'post' then u.counts else 0 end) as posts,
  sum(case when u.act in ('comment', 'reply', 'share', 'link') then u.counts else 0 end) as answers`;

/** The topics of what passed, the most heard first; and how much was heard, about anything or nothing. */
export async function topicsOf(
  rows: RowReader,
  asked: UtterancesAsked,
  past: Past,
): Promise<{ readonly heard: number; readonly aboutNone: number; readonly topics: readonly OnTopic[] }> {
  const { sql, parameters } = utterances(asked, past);
  const found = await rows.all<{ listed: string; heard: number; posts: number; answers: number }>(
    `select u.topics as listed, sum(case when ${heard} then u.counts else 0 end) as heard, ${posts}
    from utterance u where ${sql} group by u.topics`,
    parameters,
  );
  const topics = new Map<string, OnTopic>();
  let [all, aboutNone] = [0, 0];
  for (const { listed, ...row } of found) {
    all += row.heard;
    if (listed === '') aboutNone += row.heard;
    for (const topic of topicsIn(listed)) {
      const was = topics.get(topic) ?? { topic, heard: 0, posts: 0, commentsAndTrackbacks: 0 };
      topics.set(topic, {
        topic,
        heard: was.heard + row.heard,
        posts: was.posts + row.posts,
        commentsAndTrackbacks: was.commentsAndTrackbacks + row.answers,
      });
    }
  }
  const ranked = [...topics.values()].sort((a, b) => b.heard - a.heard || (a.topic < b.topic ? -1 : 1));
  return { heard: all, aboutNone, topics: ranked };
}

/** What the five parts of the conversation index and Boyd's index are reckoned from. */
export interface Conversed {
  readonly posts: number;
  readonly commentsAndTrackbacks: number;
  readonly heard: number;
  readonly ours: number;
  /** Different channels on which something was heard. */
  readonly channels: number;
  readonly tone: number | null;
  /** The median of the audiences that were reported of what was heard (of two in the middle the smaller); null without one. */
  readonly medianReach: number | null;
}

/** What was conversed in a period. */
export async function conversedIn(rows: RowReader, asked: UtterancesAsked, past: Past): Promise<Conversed> {
  const { sql, parameters } = utterances(asked, past);
  const found = await rows.first<{
    posts: number | null;
    answers: number | null;
    heard: number | null;
    ours: number | null;
    channels: number;
    tone: number | null;
    reported: number;
  }>(
    `select ${posts}, ${heardAndOurs}, ${tone}, count(distinct case when ${heard} then u.channel end) as channels,
      count(case when ${heard} and u.counts = 1 then u.reach end) as reported
    from utterance u where ${sql}`,
    parameters,
  );
  const reported = found?.reported ?? 0;
  const middle =
    reported === 0
      ? undefined
      : await rows.first<{ reach: number }>(
          `select u.reach from utterance u where ${sql} and ${heard} and u.counts = 1 and u.reach is not null
          order by u.reach limit 1 offset ?`,
          [...parameters, Math.floor((reported - 1) / 2)],
        );
  return {
    posts: found?.posts ?? 0,
    commentsAndTrackbacks: found?.answers ?? 0,
    heard: found?.heard ?? 0,
    ours: found?.ours ?? 0,
    channels: found?.channels ?? 0,
    tone: found?.tone ?? null,
    medianReach: middle?.reach ?? null,
  };
}

function utterances({ during: { from, until }, channels = [], topics = [] }: UtterancesAsked, past: Past) {
  const conditions = ['u.at <= ?', 'u.known_from <= ?', 'u.known_until > ?'];
  const parameters: Value[] = [past.validAt, ...thenOf(past)];
  const also = (condition: string, ...values: readonly Value[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  if (from !== null) also('u.at >= ?', from);
  if (until !== null) also('u.at < ?', until);
  if (channels.length > 0) also(`u.channel in (${channels.map(() => '?').join(', ')})`, ...channels);
  // LIKE compares otherwise on every store; what `replace` changes holds the topic exactly.
  if (topics.length > 0)
    also(`(${topics.map(() => `replace(u.topics, ?, '') <> u.topics`).join(' or ')})`, ...topics.map(markedTopic));
  return { sql: conditions.join(' and '), parameters };
}
