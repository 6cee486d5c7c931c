import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../event-store.js';
import { PositionRefused } from '../position.js';
import { GivenUp, Late, asStoreError, isOfServer, messageOf, passes, troubleOf } from './kurrentdb.errors.js';
import { StoreRefused } from './store-refused.js';

describe('what an error of KurrentDB means', () => {
  it.each([
    [{ type: 'wrong-expected-version' }, 'wrong revision'],
    [{ type: 'stream-not-found' }, 'no stream'],
    [{ type: 'stream-deleted', code: 9 }, 'stream gone'],
    [{ type: 'access-denied', code: 16 }, 'not authenticated'],
    [{ type: 'access-denied', code: 7 }, 'not authorised'],
    [{ type: 'access-denied' }, 'not authorised'],
    [{ type: 'maximum-append-size-exceeded', code: 3 }, 'not acceptable'],
    [{ type: 'not-leader', code: 5 }, 'not leader'],
    [{ type: 'unavailable', code: 14, message: '14 UNAVAILABLE: Connection dropped' }, 'unreachable'],
    // With the code of a server that is not there.
    [{ type: 'unavailable', code: 14, message: '14 UNAVAILABLE: Server Is Not Ready' }, 'not ready'],
    [{ type: 'unknown', code: 2, message: 'Could not recognize Server Is Not Ready' }, 'not ready'],
    [{ type: 'unknown', code: 2, message: '2 UNKNOWN: No leader info available in response' }, 'not ready'],
    [{ type: 'unknown', code: 2, message: '2 UNKNOWN: Unexpected ReadAllResult: Error' }, 'no position'],
    [{ type: 'unknown', code: 13 }, 'unknown'],
    [{ type: 'timeout', code: 10 }, 'stuck'],
    [{ type: 'timeout', code: 10, message: 'Operation timed out: Consumer too slow to handle event' }, 'unknown'],
    [{ type: 'deadline-exceeded', code: 4 }, 'stuck'],
    [{ code: 14 }, 'unreachable'],
    [{ code: 16 }, 'not authenticated'],
    [new Error('Failed to discover after 3 attempts.'), 'stuck'],
    [new Error('Channel has been shut down'), 'unreachable'],
    [new Error('unable to verify the first certificate'), 'unreachable'],
    [new Late(1), 'stuck'],
    [new GivenUp(), 'stuck'],
    [new Error(''), 'unknown'],
    [undefined, 'unknown'],
    ['text', 'unknown'],
  ])('is told by type, then code, then message: %o', (error, trouble) => expect(troubleOf(error)).toBe(trouble));

  it('is for a person and for a log line, without what cannot be written as JSON', () => {
    const raw = Object.assign(new Error('first line\nsecond line'), { code: 13, actual: 1n });
    const told = asStoreError(raw, 'read stream a-1');
    expect(told).toBeInstanceOf(StoreUnavailable);
    expect(told.message).toBe('KurrentDB could not be asked to read stream a-1: first line');
    expect(() => JSON.stringify(Object.entries(told))).not.toThrow();
    expect(asStoreError({ code: 7 }, 'read')).toBeInstanceOf(StoreRefused);
    expect(asStoreError({ code: 16 }, 'read')).toBeInstanceOf(StoreRefused);
    expect(asStoreError({ type: 'stream-deleted' }, 'read')).toBeInstanceOf(StoreRefused);
    expect(asStoreError(new Error('Unexpected ReadAllResult: Error'), 'read')).toBeInstanceOf(PositionRefused);
  });

  it.each([
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new TypeError(''), 'TypeError'],
    [undefined, 'nothing'],
  ])('says something where the message is empty: %o', (error, said) => expect(messageOf(error)).toBe(said));

  it('is of no server where it is a fault of ours', () => {
    expect(isOfServer(new TypeError('Cannot read properties of undefined'))).toBe(false);
    expect(isOfServer(new Late(1))).toBe(true);
  });

  it.each(['wrong revision', 'not authenticated', 'not authorised', 'stream gone', 'not acceptable'] as const)(
    'does not pass by itself: %s',
    (trouble) => expect(passes(trouble)).toBe(false),
  );
});
