import { createHash, randomUUID } from 'node:crypto';
import { streamOf } from '../event-sourcing/decider.js';
import { type EventStore, noStream } from '../event-sourcing/event-store.js';
import type { Provenance } from '../event-sourcing/provenance.js';
import { NotBuiltYet } from '../event-sourcing/read-store.js';
import {
  type CommandContext,
  type CommandIdReused,
  type Transactions,
  isAccepted,
} from '../event-sourcing/transact.js';
import { type AccessKey, type AccessKeyFact, type AccessKeyRequest, type KeyIdTaken, accessKey } from './access-key.js';
import type { Credential, Role } from './credential.js';
import { type Token, hashOf, isSecretOf, newToken, tokenFrom, tokenText } from './token.js';

/** Who makes or revokes a key, and under which command id. */
export type KeyContext = Pick<Provenance, 'actor' | 'actorKind' | 'credential' | 'correlationId'> & {
  readonly commandId?: string;
};

export interface ListedKey extends Credential {
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly revokedAt: number | null;
}

/** A key that was made, by this call or by the command's first one. */
export interface KeyMaking {
  readonly credential: Credential;
  readonly token: string | null;
  readonly ordinal: number;
}

interface Known {
  state: AccessKey;
  revision: number;
  readAt: number;
  reading: Promise<void> | undefined;
}

/** How long a key is trusted before its stream is looked at again: what another process revokes is known by then. */
const trustMs = 500;
/** How many keys, and ids that are none, are remembered. */
const knownMax = 10_000;
const pageMax = 1_000;

/** The keys, as the log has them. Each is read when it is first shown; no scan, whatever the log's length. */
export class Keys {
  readonly #known = new Map<string, Known>();

  constructor(
    private readonly store: EventStore,
    private readonly transactions: Transactions,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whose token this is; undefined where it is nobody's, or a revoked one. */
  async credentialOf(tokenOrNone: string | undefined): Promise<Credential | undefined> {
    const token = tokenOrNone === undefined ? undefined : tokenFrom(tokenOrNone);
    if (token === undefined) return undefined;
    const { made, revoked } = await this.#stateOf(token.keyId);
    if (made === null || !isSecretOf(token.secret, made.secretHash) || revoked) return undefined;
    return { id: token.keyId, name: made.name, role: made.role };
  }

  /** Makes a key. The token is told here and never again. */
  async make(
    name: string,
    role: Role,
    context: KeyContext,
    token: Token = newToken(),
  ): Promise<{ readonly credential: Credential; readonly token: string }> {
    const made = await this.tryMake(name, role, context, token);
    if ('refused' in made) throw new Error(`A key of id ${token.keyId} stands already.`);
    return { credential: made.credential, token: tokenText(token) };
  }

  /** Makes a key, or says that this command made one before: then its token is not told again, since nobody has it. */
  async tryMake(
    name: string,
    role: Role,
    context: KeyContext,
    token: Token,
  ): Promise<KeyMaking | KeyIdTaken | CommandIdReused> {
    const { keyId, secret } = token;
    const outcome = await this.#transact(
      { type: 'MakeKey', data: { keyId, name, role, secretHash: hashOf(secret) } },
      context,
    );
    if (!isAccepted(outcome)) return outcome.refused === 'KeyNotFound' ? { refused: 'KeyIdTaken' } : outcome;
    this.#known.delete(keyId);
    const { already, ordinal } = outcome;
    return { credential: { id: keyId, name, role }, token: already ? null : tokenText(token), ordinal };
  }

  /** Revokes a key; false where there is none of this id. */
  async revoke(keyId: string, context: KeyContext): Promise<boolean> {
    const outcome = await this.#transact({ type: 'RevokeKey', data: { keyId } }, context);
    this.#known.delete(keyId);
    return isAccepted(outcome);
  }

  /** All keys, in the order in which they were made. Reads the log as far as it holds facts of keys. */
  async list(): Promise<readonly ListedKey[]> {
    const keys = new Map<string, ListedKey>();
    for await (const { type, data, recordedAt } of this.#facts()) {
      if (type === 'KeyMade')
        keys.set(data.keyId, { id: data.keyId, name: data.name, role: data.role, madeAt: recordedAt, revokedAt: null });
      const key = keys.get(data.keyId);
      if (type === 'KeyRevoked' && key) keys.set(data.keyId, { ...key, revokedAt: recordedAt });
    }
    return [...keys.values()];
  }

  /** Id of the first admin key that was ever made; undefined where none was. */
  async firstAdmin(): Promise<string | undefined> {
    for await (const { type, data } of this.#facts())
      if (type === 'KeyMade' && data.role === 'admin') return data.keyId;
    return undefined;
  }

  async *#facts(): AsyncGenerator<AccessKeyFact & { readonly recordedAt: number }> {
    let left = await this.#factsInAll();
    let last = 0;
    while (left > 0) {
      const page = await this.store.readAll(last, pageMax);
      for (const { type, data, recordedAt, stream } of page) {
        if (!stream.startsWith(`${accessKey.category}-`)) continue;
        left -= 1;
        // The stream's category says which facts it holds.
        yield { ...({ type, data } as AccessKeyFact), recordedAt };
      }
      const newest = page.at(-1);
      if (newest === undefined) return;
      last = newest.ordinal;
    }
  }

  /** How many facts of keys there are: where to stop. A log whose index is being built is read to its end. */
  async #factsInAll(): Promise<number> {
    try {
      const counts = await this.store.countsByType();
      return (counts.get('KeyMade') ?? 0) + (counts.get('KeyRevoked') ?? 0);
    } catch (error) {
      if (error instanceof NotBuiltYet) return Number.POSITIVE_INFINITY;
      throw error;
    }
  }

  #transact(request: AccessKeyRequest, { commandId = randomUUID(), ...context }: KeyContext) {
    // The secret is no part of what was asked for: it is new at each try.
    const input = { ...request.data, secretHash: '', type: request.type };
    const inputDigest = createHash('sha256').update(JSON.stringify(input)).digest('hex');
    const command: CommandContext = { ...context, commandId, inputDigest };
    return this.transactions.transact(accessKey, request.data.keyId, request, command);
  }

  async #stateOf(keyId: string): Promise<AccessKey> {
    const known = this.#known.get(keyId) ?? this.#remember(keyId);
    // A clock that was set back must not make old knowledge look new.
    const age = this.now() - known.readAt;
    if (age < 0 || age >= trustMs) await (known.reading ??= this.#read(keyId, known));
    return known.state;
  }

  #remember(keyId: string): Known {
    if (this.#known.size >= knownMax) for (const oldest of this.#known.keys()) if (this.#known.delete(oldest)) break;
    const known: Known = {
      state: accessKey.initialState,
      revision: noStream,
      readAt: Number.NEGATIVE_INFINITY,
      reading: undefined,
    };
    this.#known.set(keyId, known);
    return known;
  }

  async #read(keyId: string, known: Known): Promise<void> {
    try {
      const readAt = this.now();
      for (const { type, data, revision } of await this.store.readStream(streamOf(accessKey, keyId), known.revision)) {
        known.state = accessKey.evolve(known.state, { type, data } as AccessKeyFact);
        known.revision = revision;
      }
      known.readAt = readAt;
    } finally {
      known.reading = undefined;
    }
  }
}
