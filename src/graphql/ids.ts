import { ValidateBy, type ValidationOptions, buildMessage } from 'class-validator';
import { badUserInput } from './errors.js';
import { type Moment, knowsAll, present } from './moment.js';

/** An id as clients hold it, taken apart. */
export interface GlobalId {
  readonly type: string;
  /** The id as the log has it. */
  readonly id: string;
  /** The past that the object was read as of. */
  readonly past?: Moment;
}

// Type, the id of the log, and a past: what was known (nothing: all) and what had happened.
const shape = /^([A-Z][A-Za-z]*):([^:~]{1,200})(?:~(\d*)~(-?\d+))?$/;

/** An opaque global id. One of a past carries that past, so that no client's cache mixes it with the live one. */
export const toGlobalId = (type: string, id: string, moment?: Moment): string => {
  const past = moment === undefined || moment.live ? '' : `~${knowsAll(moment) ? '' : moment.known}~${moment.validAt}`;
  return Buffer.from(`${type}:${id}${past}`).toString('base64url');
};

/** Takes a global id apart; undefined where the text is none. */
export const readGlobalId = (text: string): GlobalId | undefined => {
  if (!/^[\w-]{1,400}$/.test(text)) return undefined;
  const [, type, id, known, validAt] = shape.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (type === undefined || id === undefined) return undefined;
  if (validAt === undefined) return { type, id };
  const past: Moment = {
    known: known === '' ? present(0).known : Number(known),
    validAt: Number(validAt),
    live: false,
  };
  return Number.isSafeInteger(past.known) && Number.isSafeInteger(past.validAt) ? { type, id, past } : undefined;
};

/**
 * Takes a global id apart that is to name a thing of this type.
 * @throws BAD_USER_INPUT, naming the field, where it is malformed or names a thing of another type.
 */
export const fromGlobalId = (
  text: string,
  type: string | readonly string[],
  ...path: readonly (string | number)[]
): GlobalId => {
  const global = readGlobalId(text);
  if (global === undefined || !isOf(global, type)) throw badUserInput([{ path, message: expected(type) }]);
  return global;
};

/** Validates a field that is to hold the global id (or, with `each`, ids) of a thing of this type. */
export const IsGlobalId = (type: string | readonly string[], options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isGlobalId',
      validator: {
        validate: (value: unknown) => {
          const global = typeof value === 'string' ? readGlobalId(value) : undefined;
          return global !== undefined && isOf(global, type);
        },
        defaultMessage: buildMessage(() => expected(type), options),
      },
    },
    options,
  );

const isOf = ({ type }: GlobalId, types: string | readonly string[]): boolean =>
  typeof types === 'string' ? types === type : types.includes(type);

const expected = (types: string | readonly string[]): string => {
  const names = typeof types === 'string' ? types : types.join(' or ');
  return `This is not the id of ${/^[AEIOU]/.test(names) ? 'an' : 'a'} ${names}.`;
};
