/** What every fact about a relationship tells. */
export interface Dated {
  readonly stakeholderId: string;
  /** Id of this fact, by which it can be retracted. */
  readonly factId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly occurredAt: string;
}
