import { mkdir } from 'node:fs/promises';
import { bindClaimsKey, claimsKeyFile } from '../src/claims-key.js';
import { isRefusal, streamOf } from '../src/event-sourcing/decider.js';
import { deterministicId } from '../src/event-sourcing/event-id.js';
import type { Appended, EventStore, NewEvent } from '../src/event-sourcing/event-store.js';
import { noStream } from '../src/event-sourcing/event-store.js';
import type { JsonObject } from '../src/event-sourcing/fact.js';
import { logPages } from '../src/event-sourcing/log-pages.js';
import { transactions } from '../src/event-sourcing/transact.js';
import { interaction } from '../src/interactions/interaction.js';
import { interactionOfSource } from '../src/interactions/recording.js';
import { identity } from '../src/stakeholders/identity.js';
import type { Place } from './place.js';
import { openLogAt } from './place.js';
import type { Mail } from './world.js';
import { mailOf, numbersFrom, personOf } from './world.js';

/** How much of the log one person is. */
export interface Share {
  readonly person: number;
  readonly interactions: number;
  /** How many of these lie in the last thirty days; left out, as many as chance has it. */
  readonly inLastDays?: number;
}

export interface LogPlan {
  readonly people: number;
  /** Of the whole log: its beginning, the people's, the interactions'. */
  readonly events: number;
  /** Persons with a number of interactions of their own; all other interactions are of anybody else. */
  readonly shares: readonly Share[];
}

export interface MadeLog {
  readonly place: Place;
  readonly events: number;
  readonly interactions: number;
  /** The position half way back; undefined in a log without interactions there. */
  readonly halfWay: string | undefined;
  /** Ids of the stakeholders, by person. */
  readonly stakeholderIds: readonly string[];
}

const dayMs = 86_400_000;
export const lastDays = 30;
const spanMs = 3 * 365 * dayMs;
const provenance = { actor: 'bench', actorKind: 'import', credential: 'bench', correlationId: 'bench' } as const;
const digest = '0123456789abcdef0123456789abcdef';

/** Makes people, each with a handle, as a client would: through claims. */
export const identifyPeople = async (store: EventStore, folder: string, people: number): Promise<readonly string[]> => {
  const { ask } = identity(transactions(store), await bindClaimsKey(store, await claimsKeyFile(folder)));
  const ids: string[] = [];
  const one = async (index: number): Promise<string> => {
    const { name, address } = personOf(index);
    const handles = [{ channel: 'email', address }] as const;
    const context = { ...provenance, commandId: `person ${index}`, inputDigest: digest };
    const outcome = await ask({ type: 'Identify', kind: 'person', name, handles, externalIds: [] }, context);
    if ('refused' in outcome) throw new Error(`Person ${index} was refused: ${outcome.refused}.`);
    return outcome.stakeholderId;
  };
  for (let start = 0; start < people; start += 512) {
    const some = Array.from({ length: Math.min(512, people - start) }, (_, offset) => one(start + offset));
    ids.push(...(await Promise.all(some)));
  }
  return ids;
};

/** What recording this mail appends. */
export const recordedEvent = (
  mail: Mail,
  stakeholderId: string,
): { readonly stream: string; readonly event: NewEvent } => {
  const { person, at, subject, text, tone, sourceId } = mail;
  const source = { name: 'mail', id: sourceId };
  const interactionId = interactionOfSource(source);
  const decision = interaction.decide(
    {
      type: 'RecordInteraction',
      data: {
        interactionId,
        source,
        sent: digest,
        marks: [],
        content: {
          direction: 'inbound',
          channel: 'email',
          act: 'comment',
          occurredAt: new Date(at).toISOString(),
          participants: [{ stakeholderId, role: 'author' }],
          topics: [],
          reach: null,
          language: 'en',
          tone: { value: tone, person: 'bench' },
          inReplyTo: null,
        },
        personal: {
          subject,
          text,
          url: null,
          ourPeople: [],
          handles: [{ channel: 'email', address: personOf(person).address }],
        },
      },
    },
    interaction.initialState,
  );
  const fact = isRefusal(decision) ? undefined : decision[0];
  if (fact === undefined) throw new Error('A mail was not recorded.');
  const stream = streamOf(interaction, interactionId);
  const id = deterministicId(stream, 'bench', sourceId, 0);
  const data = fact.data as unknown as JsonObject;
  const stamp = { ...provenance, commandId: sourceId, inputDigest: digest };
  return { stream, event: { id, type: fact.type, version: 1, data, provenance: stamp } };
};

/** Whose each interaction is: the shares spread over the log, anybody else in between. */
const authorsOf = ({ people, shares }: LogPlan, interactions: number, lateFrom: number): Int32Array => {
  const random = numbersFrom(1);
  const authors = new Int32Array(interactions).fill(-1);
  const place = (person: number, from: number, to: number, count: number): void => {
    for (let index = 0; index < count; index += 1) {
      let at = from + Math.floor(((index + random()) * (to - from)) / count);
      while (at < to && authors[at] !== -1) at += 1;
      while (at >= to || authors[at] !== -1) at -= 1;
      authors[at] = person;
    }
  };
  for (const { person, interactions: count, inLastDays } of shares) {
    if (inLastDays === undefined) place(person, 0, interactions, count);
    else {
      place(person, 0, lateFrom, count - inLastDays);
      place(person, lateFrom, interactions, inLastDays);
    }
  }
  const others = Array.from({ length: people }, (_, index) => index).filter(
    (index) => !shares.some(({ person }) => person === index),
  );
  return authors.map((author) => (author >= 0 ? author : (others[Math.floor(random() * others.length)] ?? 0)));
};

const appendsAtOnce = 2_000;

const eventsIn = async (store: EventStore): Promise<number> => {
  let events = 0;
  for await (const page of logPages(store, 0, new AbortController().signal)) events += page.length;
  return events;
};

/**
 * Makes a log in a new place: the people first, then mails of three years until now, in the order of their dates, each
 * recorded when it came.
 */
export const makeLog = async (place: Place, plan: LogPlan, told: (events: number) => void): Promise<MadeLog> => {
  await mkdir(place.folder, { recursive: true });
  const until = Math.floor(Date.now() / dayMs) * dayMs;
  let clock = until - spanMs;
  const store = await openLogAt(place, () => clock);
  try {
    const stakeholderIds = await identifyPeople(store, place.folder, plan.people);
    const begun = await eventsIn(store);
    const interactions = Math.max(0, plan.events - begun);
    const middle = Math.floor(plan.events / 2) - begun;
    let halfWay: string | undefined;
    const atOf = (number: number): number => until - spanMs + Math.floor(((number + 1) / interactions) * spanMs);
    const lateFrom = Math.ceil(interactions * (1 - (lastDays * dayMs) / spanMs));
    const authors = authorsOf(plan, interactions, lateFrom);
    for (let start = 0; start < interactions; start += appendsAtOnce) {
      const appends: Promise<Appended>[] = [];
      for (let number = start; number < Math.min(interactions, start + appendsAtOnce); number += 1) {
        const author = authors[number] ?? 0;
        clock = atOf(number);
        const { stream, event } = recordedEvent(mailOf(number, author, clock, 'log'), stakeholderIds[author] ?? '');
        appends.push(store.append(stream, noStream, [{ ...event, recordedAt: clock }]));
      }
      const appended = await Promise.all(appends);
      halfWay ??= appended[middle - start]?.position;
      told(start);
    }
    return { place, events: begun + interactions, interactions, halfWay, stakeholderIds };
  } finally {
    await store.close();
  }
};
