/**
 * Where a fact stands in the log: opaque, compares as text in log order, never expires in its log. It names its log:
 * sixteen hexadecimal digits of the log's id, a dash, and fourteen of the ordinal.
 */
export type Position = string & { readonly __position: never };

/** The largest ordinal: what `knownUntil` of a row says while the row is the present. */
export const open = Number.MAX_SAFE_INTEGER;

const shape = /^([0-9a-f]{16})-([0-9a-f]{14})$/;

export const positionOf = (logId: string, ordinal: number): Position =>
  `${logId}-${ordinal.toString(16).padStart(14, '0')}` as Position;

/** Thrown where a text is no position, or one of another log. */
export class PositionRefused extends Error {
  override readonly name = 'PositionRefused';
}

/**
 * The number behind a position: strictly increasing along the log, not always without gaps. What projections store.
 * @throws PositionRefused for a text that is no position, or one of another log than `logId`.
 */
export const ordinalOf = (position: string, logId: string): number => {
  const [, log, ordinal] = shape.exec(position) ?? [];
  if (log === undefined || ordinal === undefined)
    throw new PositionRefused(`'${position}' is not a position of a log.`);
  if (log !== logId)
    throw new PositionRefused(`Position '${position}' belongs to another log than this one (${logId}).`);
  return Number.parseInt(ordinal, 16);
};
