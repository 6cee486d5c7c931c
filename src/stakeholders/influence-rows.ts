import { inLists } from '../event-sourcing/in-lists.js';
import { open } from '../event-sourcing/position.js';
import type { Kept, Projection } from '../event-sourcing/projection.js';
import type { Row, RowReader, RowWriter } from '../event-sourcing/read-store.js';
import type { InteractionFact } from '../interactions/interaction.js';
import { type Numbering, type Said, interactionIn, namedIn, saidAfter, saidOf, saidRow } from './influence-said.js';
import {
  influenceEvidenceTable,
  influenceSaidTable,
  influenceTopicTable,
  influenceVoiceTable,
} from './influence-tables.js';

interface Loaded {
  /** Interactions that the batch amends or answers, as they are. */
  readonly said: Map<string, Said>;
  /** What answers an interaction of the batch, by the id of that one. */
  readonly replies: Map<string, Map<string, Said>>;
  /** Numbers of topics, and of voices by stakeholder. */
  readonly topics: Map<string, number>;
  readonly voices: Map<string, number>;
}

/** What speaks for whose influence on which topic: utterances, and the reactions of others to them. */
export const influenceRows: Projection<Loaded> = {
  name: 'influence',
  version: 1,
  tables: [influenceTopicTable, influenceVoiceTable, influenceSaidTable, influenceEvidenceTable],
  reads: new Set<InteractionFact['type']>(['InteractionRecorded', 'InteractionCorrected', 'InteractionRetracted']),

  load: async (events, rows, kept) => {
    const named = events.map(namedIn);
    const amended = events.flatMap((event) => (event.type === 'InteractionRecorded' ? [] : [interactionIn(event)]));
    const answered = named.flatMap(({ replyTo }) => replyTo ?? []);
    const said = byId(await saidWhere(rows, 'id', [...amended, ...answered]));
    // What an amended interaction answered before.
    const before = amended.flatMap((id) => said.get(id)?.replyTo ?? []);
    for (const each of await saidWhere(
      rows,
      'id',
      before.filter((id) => !said.has(id)),
    ))
      said.set(each.id, each);
    // Only what is about a topic has reactions; what is amended may come to be.
    const spoken = events.flatMap((event, index) =>
      event.type === 'InteractionRecorded' && (named[index]?.topics.length ?? 0) > 0 ? [interactionIn(event)] : [],
    );
    const replies: Loaded['replies'] = new Map();
    for (const reply of await saidWhere(rows, 'reply_to', [...amended, ...spoken])) noteReply(replies, reply);
    return {
      ...{ said, replies },
      topics: await numbersOf('topic', new Set(named.flatMap(({ topics }) => topics)), rows, kept),
      voices: await numbersOf('id', new Set(named.flatMap(({ authors }) => authors)), rows, kept),
    };
  },

  evolve: (loaded, event, rows) => {
    const was = loaded.said.get(interactionIn(event));
    const is = saidAfter(was, event, numbering(loaded, event.ordinal, rows));
    if (is === undefined || (was !== undefined && same(saidRow(was), saidRow(is)))) return;
    const before = was === undefined ? [] : evidenceOf(was, loaded);
    loaded.said.set(is.id, is);
    if (was?.replyTo != null) loaded.replies.get(was.replyTo)?.delete(is.id);
    noteReply(loaded.replies, is);
    rows.put(influenceSaidTable, saidRow(is));
    writeEvidence(before, evidenceOf(is, loaded), event.ordinal, rows);
  },
};

const byId = (all: readonly Said[]): Map<string, Said> => new Map(all.map((said) => [said.id, said]));

const noteReply = (replies: Loaded['replies'], reply: Said): void => {
  if (reply.replyTo === null) return;
  const known = replies.get(reply.replyTo);
  if (known === undefined) replies.set(reply.replyTo, new Map([[reply.id, reply]]));
  else known.set(reply.id, reply);
};

// An interaction has fifty topics and fifty participants at most: an event never gives as many numbers as this.
const numbersAnEvent = 64;

/** Numbers that are known, or made of the event's ordinal, and noted, where a name comes up. */
const numbering = ({ topics, voices }: Loaded, ordinal: number, rows: RowWriter): Numbering => {
  const numbered = (known: Map<string, number>, note: (name: string, key: number) => void) => {
    let fresh = 0;
    return (names: readonly string[]): readonly number[] =>
      names.map((name) => {
        const number = known.get(name);
        if (number !== undefined) return number;
        if (fresh === numbersAnEvent)
          throw new RangeError(`More than ${numbersAnEvent} new topics or authors at once.`);
        const key = ordinal * numbersAnEvent + fresh;
        fresh += 1;
        known.set(name, key);
        note(name, key);
        return key;
      });
  };
  return {
    topics: numbered(topics, (topic, key) => rows.insert(influenceTopicTable, { topic, key })),
    voices: numbered(voices, (id, key) => rows.insert(influenceVoiceTable, { id, key })),
  };
};

type Evidence = Omit<EvidenceRow, 'known_from' | 'known_until'>;
type EvidenceRow = {
  readonly topic: number;
  readonly voice: number;
  readonly at: number;
  readonly key: number;
  readonly known_from: number;
  readonly known_until: number;
  readonly reach: number | null;
  readonly answers: number | null;
  readonly reactor: number | null;
};

/** All evidence that an interaction has a part in: as an utterance, as what answers another, and as what others answer. */
const evidenceOf = (said: Said, { said: all, replies }: Loaded): readonly Evidence[] => {
  const parent = said.replyTo === null ? undefined : all.get(said.replyTo);
  return [
    ...utterances(said),
    ...(parent === undefined ? [] : reactions(parent, said)),
    ...[...(replies.get(said.id)?.values() ?? [])].flatMap((reply) => reactions(said, reply)),
  ];
};

const speaks = ({ heard, counts }: Said): boolean => heard && counts;

const utterances = (said: Said): readonly Evidence[] => {
  if (!speaks(said)) return [];
  const { at, key, reach } = said;
  return said.topics.flatMap((topic) =>
    said.voices.map((voice) => ({ topic, voice, at, key, reach, answers: null, reactor: null })),
  );
};

/** A reply speaks for each who said what it answers and did not sign the reply too. */
const reactions = (said: Said, reply: Said): readonly Evidence[] => {
  const [reactor] = reply.voices;
  if (!speaks(said) || !speaks(reply) || reactor === undefined) return [];
  const { key: answers, reach } = said;
  const told = { at: Math.max(said.at, reply.at), key: reply.key, reach, answers, reactor };
  return said.topics.flatMap((topic) =>
    said.voices.filter((voice) => !reply.voices.includes(voice)).map((voice) => ({ topic, voice, ...told })),
  );
};

const writeEvidence = (was: readonly Evidence[], is: readonly Evidence[], ordinal: number, rows: RowWriter): void => {
  const place = ({ topic, voice, key }: Evidence): string => `${topic} ${voice} ${key}`;
  const next = new Map(is.map((each) => [place(each), each]));
  const kept = new Set<Evidence>();
  for (const each of was) {
    const after = next.get(place(each));
    if (after !== undefined && same(each, after)) kept.add(after);
    else rows.close(influenceEvidenceTable, [each.topic, each.voice, each.at, each.key], ordinal);
  }
  for (const each of is)
    if (!kept.has(each))
      rows.insert(influenceEvidenceTable, { ...each, known_from: ordinal, known_until: open } satisfies EvidenceRow);
};

const same = (a: Row, b: Row): boolean => Object.keys(a).every((column) => a[column] === b[column]);

const saidWhere = async (
  rows: RowReader,
  column: 'id' | 'reply_to',
  ids: readonly string[],
): Promise<readonly Said[]> => {
  const found: Said[] = [];
  for (const { marks, values } of inLists(ids)) {
    const sql = `SELECT s.* FROM influence_said s WHERE s.${column} IN (${marks})`;
    found.push(...(await rows.all<ReturnType<typeof saidRow>>(sql, values)).map(saidOf));
  }
  return found;
};

const tableOf = { topic: influenceTopicTable.name, id: influenceVoiceTable.name } as const;

/** The numbers that names have had so far. */
const numbersOf = async (
  column: 'topic' | 'id',
  names: ReadonlySet<string>,
  rows: RowReader,
  kept: Kept,
): Promise<Map<string, number>> => {
  const numbers = new Map<string, number>();
  const missing: string[] = [];
  for (const name of names) {
    const known = kept.get(`${column} ${name}`);
    if (typeof known === 'number') numbers.set(name, known);
    else missing.push(name);
  }
  for (const { marks, values } of inLists(missing)) {
    const sql = `SELECT n.${column} AS name, n.key FROM ${tableOf[column]} n WHERE n.${column} IN (${marks})`;
    for (const { name, key } of await rows.all<{ name: string; key: number }>(sql, values)) {
      numbers.set(name, key);
      kept.set(`${column} ${name}`, key);
    }
  }
  return numbers;
};
