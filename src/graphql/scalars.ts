import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const minuteMs = 60_000;

/**
 * Milliseconds since 1970 of a time in RFC 3339 with its offset; undefined for anything else (a date that no calendar
 * has, no offset, a year before 1). What is finer than a millisecond is cut off; a leap second is the second after.
 */
export const timeFrom = (text: string): number | undefined => {
  const match = rfc3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [offsetHour = 0, offsetMinute = 0] = match.slice(9, 11).map((part: string | undefined) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return undefined;

  // setUTCFullYear, since Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;

  const fraction = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (match[8] === '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute) * minuteMs;
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction - offset;
};

const textOf = (node: ValueNode, what: string): string => {
  if (node.kind === Kind.STRING) return node.value;
  throw new GraphQLError(`${what} is written as a string.`, { nodes: node });
};

const parsedTime = (value: unknown): number => {
  const time = typeof value === 'string' ? timeFrom(value) : undefined;
  if (time === undefined)
    throw new GraphQLError('A time is written in RFC 3339 with its offset, as in "2024-02-29T09:30:00+01:00".');
  return time;
};

/** A time. Inside the service: milliseconds since 1970. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  description: 'RFC 3339 with an offset on the way in; UTC with milliseconds on the way out.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => {
    if (typeof value !== 'number') throw new TypeError('A time inside the service is a number of milliseconds.');
    return new Date(value).toISOString();
  },
  parseValue: parsedTime,
  parseLiteral: (node) => parsedTime(textOf(node, 'A time')),
});

const positionShape = /^[0-9a-f]{16}-[0-9a-f]{14}$/;

const parsedPosition = (value: unknown): string => {
  if (typeof value !== 'string' || !positionShape.test(value))
    throw new GraphQLError('This is not a position of a log.');
  return value;
};

/** A position as text: whether it is of this log is decided where it is used (`moments.ts`). */
export const PositionScalar = new GraphQLScalarType<string, string>({
  name: 'Position',
  description:
    'Where a fact stands in the log. Opaque; compares as text in log order; never expires in its log; the same after a restart.',
  serialize: String,
  parseValue: parsedPosition,
  parseLiteral: (node) => parsedPosition(textOf(node, 'A position')),
});

export const JsonScalar = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});
