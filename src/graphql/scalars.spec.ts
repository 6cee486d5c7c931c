import { describe, expect, it } from '@jest/globals';
import { DateTime, PositionScalar, timeFrom } from './scalars.js';

describe('a time', () => {
  it.each([
    ['2024-02-29T10:00:00+01:00', '2024-02-29T09:00:00.000Z'],
    ['2024-02-29t10:00:00.123456z', '2024-02-29T10:00:00.123Z'],
    ['2024-02-29T10:00:00.5-00:30', '2024-02-29T10:30:00.500Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => expect(DateTime.serialize(timeFrom(text))).toBe(utc));

  it.each([
    '2024-02-29',
    '2024-02-29T10:00:00',
    '2023-02-29T10:00:00Z',
    '2024-13-01T10:00:00Z',
    '2024-01-01T24:00:00Z',
    '0000-01-01T00:00:00Z',
    '1709200800',
    ' 2024-02-29T10:00:00Z',
  ])('is not %s', (text) => {
    expect(timeFrom(text)).toBeUndefined();
    expect(() => DateTime.parseValue(text)).toThrow('RFC 3339');
  });

  it('is no number on its way in', () => expect(() => DateTime.parseValue(1709200800000)).toThrow('RFC 3339'));
});

describe('a position', () => {
  it('passes as it is', () =>
    expect(PositionScalar.parseValue('0123456789abcdef-0000000000000a')).toBe('0123456789abcdef-0000000000000a'));
  it.each(['', '12', '0123456789ABCDEF-0000000000000a', 12])('is not %p', (value) =>
    expect(() => PositionScalar.parseValue(value)).toThrow('not a position'),
  );
});
