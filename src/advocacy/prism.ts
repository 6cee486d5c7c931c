import type { RecordedEvent } from '../event-sourcing/event-store.js';
import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter, Table } from '../event-sourcing/read-store.js';
import type { Act, Content, Direction, InteractionFact } from '../interactions/interaction.js';
import type { Channel } from '../stakeholders/handle.js';

/**
 * What was said where, in the order of time, in versions: a row for each author of an interaction, one with an empty
 * `author` where it has none or is ours. `counts` is 1 in the first of an interaction's rows and 0 in the others. What is
 * retracted has no present version. `key` is the ordinal of the event that recorded it; `topics` are between bars, their
 * own bars written as `%7C` and their percent signs as `%25`.
 */
export const utterance: Table = {
  name: 'utterance',
  columns: {
    at: 'integer',
    key: 'integer',
    author: 'text',
    known_from: 'integer',
    known_until: 'integer',
    id: 'text',
    counts: 'integer',
    direction: 'text',
    channel: 'text',
    act: 'text',
    topics: 'text',
    tone: 'real',
    reach: 'integer',
  },
  nullable: ['tone', 'reach'],
  key: ['at', 'key', 'author', 'known_from'],
  indexes: [{ columns: ['id'] }],
};

/** An interaction as far as the prism tells it. */
interface Said {
  readonly key: number;
  readonly at: number;
  readonly direction: Direction;
  readonly channel: Channel;
  readonly act: Act;
  readonly topics: string;
  readonly tone: number | null;
  readonly reach: number | null;
  /** Of whom it is; one empty text where nobody is named, or where it is ours. */
  readonly authors: readonly string[];
}

/** Interactions that the batch amends, as they are; what is retracted is not among them. */
type Loaded = Map<string, Said>;

/** The conversation prism: what is said on which channel, by whom, about what and in which tone. */
export const prism: Projection<Loaded> = {
  name: 'prism',
  version: 1,
  tables: [utterance],
  reads: new Set<SaidFact['type']>([
    'InteractionRecorded',
    'InteractionCorrected',
    'InteractionRetracted',
    'ToneAssessed',
  ]),

  load: async (events, rows) => {
    const amended = events.map(factOf).flatMap((fact) => (fact.type === 'InteractionRecorded' ? [] : [idOf(fact)]));
    return presentOf(new Set(amended), rows);
  },

  evolve: (loaded, event, rows) => {
    const fact = factOf(event);
    const id = idOf(fact);
    const was = loaded.get(id);
    const is = after(was, fact, event.ordinal);
    if (was !== undefined && is !== undefined && same(was, is)) return;
    if (was !== undefined)
      for (const author of was.authors) rows.close(utterance, [was.at, was.key, author], event.ordinal);
    if (is === undefined) loaded.delete(id);
    else {
      loaded.set(id, is);
      write(id, is, event.ordinal, rows);
    }
  },
};

/** What changes what is told here. */
type SaidFact = Exclude<InteractionFact, { type: 'DisclosureAssessed' }>;

// The log holds under these types what the interaction's decider answered, in the newest shape.
const factOf = (event: RecordedEvent): SaidFact => event as unknown as SaidFact;

const idOf = ({ type, data }: SaidFact): string =>
  type === 'InteractionRecorded' ? data.interactionId : data.was.interactionId;

function after(was: Said | undefined, fact: SaidFact, ordinal: number): Said | undefined {
  switch (fact.type) {
    case 'InteractionRecorded':
      return saidOf(ordinal, fact.data);
    case 'InteractionCorrected':
      return was && corrected(was, fact.data.to);
    case 'ToneAssessed':
      return was && { ...was, tone: fact.data.tone.value };
    case 'InteractionRetracted':
      return undefined;
  }
}

function saidOf(key: number, content: Content): Said {
  const { direction, channel, act, occurredAt, topics, tone, reach } = content;
  return {
    ...{ key, at: Date.parse(occurredAt), direction, channel, act, topics: marked(topics) },
    ...{ tone: tone === null ? null : tone.value, reach, authors: authorsOf(content.participants) },
  };
}

function corrected(was: Said, to: Partial<Content>): Said {
  return {
    key: was.key,
    at: to.occurredAt === undefined ? was.at : Date.parse(to.occurredAt),
    direction: to.direction ?? was.direction,
    channel: to.channel ?? was.channel,
    act: to.act ?? was.act,
    topics: to.topics === undefined ? was.topics : marked(to.topics),
    tone: to.tone === undefined ? was.tone : to.tone && to.tone.value,
    reach: to.reach === undefined ? was.reach : to.reach,
    authors: to.participants === undefined ? was.authors : authorsOf(to.participants),
  };
}

function authorsOf(participants: Content['participants']): readonly string[] {
  const authors = new Set(
    participants.flatMap(({ role, stakeholderId }) => (role === 'author' ? [stakeholderId] : [])),
  );
  return authors.size === 0 ? [''] : [...authors].sort();
}

function same(a: Said, b: Said): boolean {
  return JSON.stringify(rowsOf('', a, 0)) === JSON.stringify(rowsOf('', b, 0));
}

function write(id: string, said: Said, ordinal: number, rows: RowWriter): void {
  for (const row of rowsOf(id, said, ordinal)) rows.insert(utterance, row);
}

function rowsOf(id: string, { authors, ...said }: Said, ordinal: number): readonly Row[] {
  const versioned = { known_from: ordinal, known_until: open, id };
  return authors.map((author, index) => ({ ...said, author, ...versioned, counts: index === 0 ? 1 : 0 }));
}

type UtteranceRow = Row & Omit<Said, 'authors'> & { readonly id: string; readonly author: string };

async function presentOf(ids: ReadonlySet<string>, rows: RowReader): Promise<Loaded> {
  const found: Loaded = new Map();
  for (const { marks, values } of inLists(ids)) {
    const sql = `select id, key, at, direction, channel, act, topics, tone, reach, author from utterance
      where id in (${marks}) and known_until = ${open} order by id, author`;
    for (const { id, author, key, at, direction, channel, act, topics, tone, reach } of await rows.all<UtteranceRow>(
      sql,
      values,
    )) {
      const authors = [...(found.get(id)?.authors ?? []), author];
      found.set(id, { key, at, direction, channel, act, topics, tone, reach, authors });
    }
  }
  return found;
}

function marked(topics: readonly string[]): string {
  return topics.length === 0 ? '' : `|${topics.map(escaped).join('|')}|`;
}

const escaped = (topic: string): string => topic.replaceAll('%', '%25').replaceAll('|', '%7C');

/** A topic as it is looked for among an utterance's. */
export const markedTopic = (topic: string): string => marked([topic]);

/** The topics that stand between bars. */
export const topicsIn = (between: string): readonly string[] =>
  between === ''
    ? []
    : between
        .slice(1, -1)
        .split('|')
        .map((topic) => topic.replaceAll('%7C', '|').replaceAll('%25', '%'));
