import { deterministicId } from '../../event-sourcing/event-id.js';
import type { JsonObject } from '../../event-sourcing/fact.js';
import { canonicalJson, type KeyedHash } from '../../event-sourcing/keyed-hash.js';
import type { Provenance } from '../../event-sourcing/provenance.js';
import { type CommandContext, isAccepted, RevisionConflict } from '../../event-sourcing/transact.js';
import type { RecordingOutcome, RecordRequest } from '../../interactions/recording.js';
import type { IdentityOutcome, IdentityRequest } from '../../stakeholders/identity.js';
import { normalForm } from '../../stakeholders/handle.js';
import type { RecordOutcome } from './import-mail.js';
import type { MailInteraction } from './mail-interaction.js';

/** The doors through which mails are recorded. */
export interface MailDoors {
  identify(request: IdentityRequest, context: CommandContext): Promise<IdentityOutcome>;
  record(request: RecordRequest, context: CommandContext): Promise<RecordingOutcome>;
  readonly hash: KeyedHash;
}

const importer: Pick<Provenance, 'actor' | 'actorKind' | 'credential'> = {
  actor: 'mail import',
  actorKind: 'import',
  credential: 'import:mail',
};

/** A mail, as it is asked to be recorded. Its tone is read from its author's own words, by whoever records it. */
const requestOf = (mail: MailInteraction): RecordRequest => ({
  type: 'Record',
  told: {
    direction: mail.direction,
    channel: mail.channel,
    act: mail.act,
    occurredAt: new Date(mail.occurredAt).toISOString(),
    with: mail.with,
    ourPeople: mail.ourPeople,
    subject: mail.subject,
    text: mail.text,
    language: null,
    url: null,
    inReplyTo: mail.inReplyTo ?? null,
    topics: mail.topics,
    reach: null,
  },
  tone: null,
  readTone: true,
  source: mail.source,
  marks: mail.marks,
});

const toldOf = (outcome: RecordingOutcome): RecordOutcome => {
  if (isAccepted(outcome)) return { kind: outcome.already ? 'known' : 'recorded' };
  switch (outcome.refused) {
    case 'SourceIdTaken':
    case 'CommandIdReused':
      return { kind: 'taken' };
    default:
      return { kind: 'refused', message: outcome.refused };
  }
};

/** What `importMail` hands its batches to. Every command's id is made from its mail, so a second run meets the first one. */
export const recordsMail = (
  { identify, record, hash }: MailDoors,
  correlationId: string,
): ((batch: readonly MailInteraction[]) => Promise<RecordOutcome[]>) => {
  const contextOf = (request: JsonObject, ...id: readonly string[]): CommandContext => ({
    ...importer,
    correlationId,
    commandId: deterministicId('mail', ...id),
    inputDigest: hash.of(canonicalJson(request)),
  });

  const met = new Set<string>();

  /**
   * Identifies whoever the batch names for the first time, under an id made from the address alone. Were it left to the
   * recordings, which run at once, it would be the luck of their race which of them gives the person an id, and an import
   * that was cut short and completed would give another.
   */
  const meet = async (batch: readonly MailInteraction[]): Promise<void> => {
    const named = new Map(
      batch
        .flatMap((mail) => mail.with)
        .map((participant) => [hash.of(normalForm(participant.handle)), participant] as const)
        .filter(([address]) => !met.has(address))
        // The first naming counts, and of two equal keys a map keeps the last.
        .reverse(),
    );
    await allSettled(
      [...named].map(async ([address, { handle, name }]) => {
        const request = {
          type: 'Identify',
          kind: 'person',
          name: name ?? handle.address,
          handles: [handle],
          externalIds: [],
        } as const;
        // Refused where the address is somebody's already: then there is nothing to do.
        await unlessLost(identify(request, contextOf(request, 'identify', address)));
        met.add(address);
      }),
    );
  };

  const recordOne = async (mail: MailInteraction): Promise<RecordOutcome> => {
    const request = requestOf(mail);
    try {
      return toldOf(await record(request, contextOf(asJson(request), mail.source.id)));
    } catch (error) {
      if (error instanceof RevisionConflict) return { kind: 'refused', message: error.message };
      throw error;
    }
  };

  return async (batch) => {
    await meet(batch);
    return allSettled(batch.map(recordOne));
  };
};

/** A race for an address that was lost: the recording that names it finds who has it, or identifies them. */
const unlessLost = async (identified: Promise<unknown>): Promise<void> => {
  try {
    await identified;
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
  }
};

/** All of them, or the first error once none runs any more: what closes the log next must not cut one off. */
const allSettled = async <T>(running: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(running);
  return Promise.all(running);
};

const asJson = (request: RecordRequest): JsonObject => request as unknown as JsonObject;
