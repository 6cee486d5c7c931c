import { deletedRevision } from './stored-event.js';

/** The roles that may do a thing to a stream; undefined where its access list does not speak of it. */
export interface AccessList {
  readonly $r?: readonly string[];
  readonly $w?: readonly string[];
  readonly $d?: readonly string[];
  readonly $mr?: readonly string[];
  readonly $mw?: readonly string[];
}

/** What a stream's metadata says, as far as the stand-in heeds it. */
export interface StreamMetadata {
  /** Events below this revision are hidden from readers of the stream. */
  readonly truncateBefore?: bigint;
  readonly maxCount?: bigint;
  readonly maxAgeMs?: number;
  readonly acl?: AccessList;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const asObject = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;

const parsed = (json: string): Record<string, unknown> | undefined => {
  try {
    return asObject(JSON.parse(json));
  } catch {
    // The real server takes metadata that is no JSON, and then heeds none of it.
    return undefined;
  }
};

const asRoles = (value: unknown): readonly string[] | undefined => {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((role) => typeof role === 'string') : undefined;
};

const asAccessList = (value: unknown): AccessList | undefined => {
  const given = asObject(value);
  if (!given) return undefined;
  const roles = (['$r', '$w', '$d', '$mr', '$mw'] as const).map((key) => [key, asRoles(given[key])] as const);
  return Object.fromEntries(roles.filter(([, named]) => named !== undefined));
};

// JSON.parse would round 2^63 - 1, which means "deleted", up to 2^63.
const asTruncateBefore = (json: string): bigint | undefined => {
  const digits = /"\$tb"\s*:\s*(\d+)/.exec(json)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
};

/** Reads the data of a `$metadata` event. */
export const parseStreamMetadata = (data: Uint8Array): StreamMetadata => {
  const json = text(data);
  const given = parsed(json);
  if (!given) return {};
  const truncateBefore = asTruncateBefore(json);
  const acl = asAccessList(given['$acl']);
  return {
    ...(truncateBefore !== undefined && { truncateBefore }),
    ...(typeof given['$maxCount'] === 'number' && { maxCount: BigInt(given['$maxCount']) }),
    ...(typeof given['$maxAge'] === 'number' && { maxAgeMs: given['$maxAge'] * 1000 }),
    ...(acl && { acl }),
  };
};

export const isSoftDeleted = ({ truncateBefore }: StreamMetadata): boolean => truncateBefore === deletedRevision;

/** The data of a `$metadata` event that says what `data` says, with another `$tb`. */
export const withTruncateBefore = (data: Uint8Array, truncateBefore: bigint): Uint8Array => {
  const { $tb: _, ...rest } = parsed(text(data)) ?? {};
  const others = JSON.stringify(rest).slice(1, -1);
  return new TextEncoder().encode(`{"$tb":${truncateBefore.toString()}${others && `,${others}`}}`);
};
