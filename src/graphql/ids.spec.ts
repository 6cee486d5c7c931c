import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { fromGlobalId, readGlobalId, toGlobalId } from './ids.js';
import { present } from './moment.js';

const id = 'b3e1c3a0-0000-5000-8000-000000000001';

describe('a global id', () => {
  it('leads back to its type and id', () =>
    expect(readGlobalId(toGlobalId('Stakeholder', id))).toEqual({ type: 'Stakeholder', id }));
  it('of the present is the plain one', () =>
    expect(toGlobalId('Stakeholder', id, present(1_000))).toBe(toGlobalId('Stakeholder', id)));

  it.each([
    { known: 42, validAt: 1_700_000_000_000, live: false },
    { known: 0, validAt: -5, live: false },
    { ...present(0), validAt: 1_000, live: false },
  ])('carries its past: %o', (past) =>
    expect(readGlobalId(toGlobalId('Stakeholder', id, past))).toEqual({ type: 'Stakeholder', id, past }),
  );

  it.each([
    '',
    'x',
    '!',
    'U3Rha2Vob2xkZXI',
    Buffer.from('stakeholder:1').toString('base64url'),
    Buffer.from('A:1~99999999999999999~1').toString('base64url'),
  ])('is not %p', (text) => expect(readGlobalId(text)).toBeUndefined());

  it('of another type is refused, with the field named', () => {
    const refusal = (() => {
      try {
        return fromGlobalId(toGlobalId('Stakeholder', id), 'Interaction', 'input', 'interactionId');
      } catch (error) {
        return error;
      }
    })();
    expect(refusal instanceof GraphQLError && refusal.extensions).toEqual({
      code: 'BAD_USER_INPUT',
      faults: [{ path: ['input', 'interactionId'], message: 'This is not the id of an Interaction.' }],
    });
  });
});
