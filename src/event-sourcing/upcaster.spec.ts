import { describe, expect, it } from '@jest/globals';
import { UnknownEventVersion, asStored, upcaster } from './upcaster.js';

const called = { type: 'Called', from: 1, lift: (data: object) => ({ ...data, channel: 'phone' }) };
const minutes = { type: 'Called', from: 2, lift: () => ({ channel: 'phone', minutes: 5 }) };

describe('upcaster', () => {
  it('lifts an old shape through every version up to the newest', () => {
    const upcast = upcaster([minutes, called]);
    expect(upcast({ type: 'Called', version: 1, data: {} })).toEqual({
      type: 'Called',
      version: 3,
      data: { channel: 'phone', minutes: 5 },
    });
  });

  it('starts at the version of the event', () => {
    const upcast = upcaster([called, { ...minutes, lift: (data) => ({ ...data, minutes: 5 }) }]);
    expect(upcast({ type: 'Called', version: 2, data: { channel: 'radio' } }).data).toEqual({
      channel: 'radio',
      minutes: 5,
    });
  });

  it('gives an event in its newest shape as it is, and leaves the rest of an event alone', () => {
    const newest = { type: 'Met', version: 1, data: {}, id: 'a' };
    expect(upcaster([called])(newest)).toBe(newest);
    expect(upcaster([called])({ ...newest, type: 'Called' })).toMatchObject({ id: 'a', version: 2 });
  });

  it('refuses an event of a newer program', () => {
    expect(() => upcaster([called])({ type: 'Called', version: 3, data: {} })).toThrow(UnknownEventVersion);
    expect(() => upcaster([])({ type: 'Met', version: 2, data: {} })).toThrow('Met has version 2');
  });

  it('refuses lifts with a step missing or doubled', () => {
    expect(() => upcaster([minutes])).toThrow('once each');
    expect(() => upcaster([called, called])).toThrow('once each');
  });

  it('leaves events as they are stored, where that is asked for', () => {
    const event = { type: 'Called', version: 9, data: {} };
    expect(asStored(event)).toBe(event);
  });
});
