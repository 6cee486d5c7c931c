export type ActorKind = 'key' | 'person' | 'policy' | 'import';

/** Who did it, why, and in answer to what: stamped on every event by `transact`, from credentials and never from input. */
export interface Provenance {
  /** Name of the credential (or policy, or import) that did it. */
  readonly actor: string;
  readonly actorKind: ActorKind;
  /** Id of the credential: a command id belongs to it. */
  readonly credential: string;
  readonly onBehalfOf?: string;
  readonly correlationId: string;
  /** Id of the event that caused this one, where a policy acted on it. */
  readonly causationId?: string;
  readonly commandId: string;
  /** Keyed digest of the command's input: the same command id with another input is refused. */
  readonly inputDigest: string;
  readonly reason?: string;
}
