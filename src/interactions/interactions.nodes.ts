import { Inject, Injectable } from '@nestjs/common';
import { streamOf } from '../event-sourcing/decider.js';
import type { EventStore, RecordedEvent } from '../event-sourcing/event-store.js';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { toGlobalId } from '../graphql/ids.js';
import { type Moment, present } from '../graphql/moment.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import { handleShown } from '../stakeholders/handles.types.js';
import { EVENT_STORE, READ_STORE } from '../tokens.js';
import type { Correction, Interaction, Readable } from './interaction-node.types.js';
import { type Correction as CorrectionView, type InteractionView, recordedView } from './interaction-view.js';
import { interaction, type Tone as ToneFact } from './interaction.js';
import type { Tone } from './interactions.types.js';
import { interactionsById, interactionsByKey } from './timeline-pages.js';

/** Interactions as GraphQL shows them. */
@Injectable()
export class InteractionNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly stakeholders: StakeholderNodes,
  ) {}

  /** @param key ordinal of the event that recorded it. */
  nodeOf(key: number, view: InteractionView, moment: Moment, readable: Readable = atOnce): Interaction {
    return {
      __typename: 'Interaction',
      id: toGlobalId('Interaction', view.interactionId, moment),
      liveId: toGlobalId('Interaction', view.interactionId),
      view,
      moment,
      readable,
      revision: view.revision,
      direction: view.direction,
      channel: view.channel,
      act: view.act,
      occurredAt: Date.parse(view.occurredAt),
      recordedAt: view.recordedAt,
      participants: view.participants.map(({ stakeholderId, role }, index) => {
        const used = view.handles[index];
        return {
          stakeholderId,
          role,
          moment,
          recordedAsOf: key,
          readable,
          handle: used ? handleShown(used) : null,
        };
      }),
      ourPeople: view.ourPeople,
      subject: view.subject,
      text: view.text,
      language: view.language,
      url: view.url,
      topics: view.topics,
      reach: view.reach,
      tone: view.tone && toneOf(view.tone),
      disclosure: view.disclosure ? { status: view.disclosure.status, assessedBy: view.disclosure.person } : null,
      retraction: view.retraction,
      corrections: view.corrections.map(correctionOf),
      marks: view.marks,
      recordedBy: view.recordedBy,
      source: view.source,
    };
  }

  /** Those that were known and had happened at that moment, by their keys. */
  async byKey(keys: readonly number[], moment: Moment): Promise<ReadonlyMap<number, Interaction>> {
    const found = await interactionsByKey(this.rows, keys, moment);
    return new Map([...found].map(([key, view]) => [key, this.nodeOf(key, view, moment)]));
  }

  /** The same by their ids. */
  async byId(ids: readonly string[], moment: Moment): Promise<ReadonlyMap<string, Interaction>> {
    const found = await interactionsById(this.rows, ids, moment);
    return new Map([...found].map(([id, { key, view }]) => [id, this.nodeOf(key, view, moment)]));
  }

  /**
   * An interaction just written about, as its own stream tells it: what a mutation shows is as new as what it wrote,
   * however far the rows are. The rows of what hangs on it are waited for, a while, where they are asked for.
   * @param events what was written, where that is the whole of its stream.
   */
  async justNow(id: string, ordinal: number, now: number, events: readonly RecordedEvent[] = []): Promise<Interaction> {
    const whole = events[0]?.revision === 0 ? events : await this.store.readStream(streamOf(interaction, id));
    const view = recordedView(whole);
    if (view === null) throw new Error(`Interaction ${id} was never recorded.`);
    let waiting: Promise<unknown> | undefined;
    const readable = (): Promise<unknown> => (waiting ??= this.stakeholders.readable(ordinal));
    return this.nodeOf(whole[0]?.ordinal ?? ordinal, view, present(now), readable);
  }
}

const atOnce: Readable = () => Promise.resolve();

const toneOf = ({ value, model, modelVersion, person }: ToneFact): Tone => ({
  value,
  assessedBy: person ?? `${model ?? 'unknown'} ${modelVersion ?? ''}`.trim(),
  byPerson: person !== undefined,
});

/** Participants are shown by the ids that clients know. */
const shown = (field: string, value: unknown): unknown => {
  if (field === 'participants' && Array.isArray(value))
    return value.map((each: { stakeholderId: string; role: string }) => ({
      ...each,
      stakeholderId: toGlobalId('Stakeholder', each.stakeholderId),
    }));
  if (field === 'inReplyTo' && typeof value === 'string') return toGlobalId('Interaction', value);
  return value ?? null;
};

const correctionOf = ({ at, by, reason, from, to }: CorrectionView): Correction => {
  const [before, after] = [from as Readonly<Record<string, unknown>>, to as Readonly<Record<string, unknown>>];
  const changes = Object.keys(after).map((field) => ({
    field,
    from: shown(field, before[field]),
    to: shown(field, after[field]),
  }));
  return { at, by, reason, changes };
};
