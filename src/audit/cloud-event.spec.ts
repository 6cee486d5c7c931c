import { describe, expect, it } from '@jest/globals';
import { CloudEvent as AnybodysCloudEvent } from 'cloudevents';
import fc from 'fast-check';
import type { RecordedEvent } from '../event-sourcing/event-store.js';
import type { JsonObject } from '../event-sourcing/fact.js';
import { positionOf } from '../event-sourcing/position.js';
import type { Provenance } from '../event-sourcing/provenance.js';
import { carriedFrom, cloudEventOf } from './cloud-event.js';
import { escaped, unescaped } from './cloud-event-text.js';

const logId = '00112233445566aa';

const recorded: RecordedEvent = {
  id: '707cc37a-7ef4-56db-91e7-8a5eb87dcb1a',
  type: 'StanceAssessed',
  version: 2,
  data: { stance: 'critic', occurredAt: '2026-03-01T10:00:00.000Z' },
  provenance: {
    actor: 'press desk',
    actorKind: 'key',
    credential: 'c0af2f68-3a8f-532d-982c-551f2e3b555f',
    onBehalfOf: 'Kim',
    correlationId: 'abc',
    causationId: '2334162b-eacf-59b4-b498-e046fca8e4e7',
    commandId: 'd',
    inputDigest: 'e',
    reason: 'Said so,\ntwice: 100 %.',
  },
  recordedAt: Date.UTC(2026, 2, 2, 8, 30, 0, 7),
  stream: 'relationship-c0af2f68',
  revision: 3,
  position: positionOf(logId, 42),
  ordinal: 42,
};

const throughJson = (event: RecordedEvent): unknown => JSON.parse(JSON.stringify(cloudEventOf(event, logId)));

// CloudEvents forbids empty attributes, and none of these is ever empty.
const text = fc.string({ unit: 'binary', minLength: 1 });
const optional = <T>(name: string, value: fc.Arbitrary<T>): fc.Arbitrary<Partial<Record<string, T>>> =>
  fc.option(value).map((chosen) => (chosen === null ? {} : { [name]: chosen }));
const provenances: fc.Arbitrary<Provenance> = fc
  .tuple(
    fc.record({
      actor: text,
      actorKind: fc.constantFrom('key', 'person', 'policy', 'import'),
      credential: text,
      correlationId: text,
      commandId: text,
      inputDigest: text,
    }),
    optional('onBehalfOf', text),
    optional('causationId', text),
    optional('reason', text),
  )
  .map(([always, ...others]) => Object.assign({}, always, ...others) as Provenance);
const events: fc.Arbitrary<RecordedEvent> = fc
  .record({
    id: fc.uuid(),
    type: text,
    version: fc.integer({ min: 1, max: 100 }),
    data: fc.dictionary(fc.string(), fc.jsonValue()).map((data) => JSON.parse(JSON.stringify(data)) as JsonObject),
    provenance: provenances,
    recordedAt: fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }),
    stream: text,
    revision: fc.nat(),
    ordinal: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  })
  .map((event) => ({ ...event, position: positionOf(logId, event.ordinal) }));

describe('an event as a cloud event', () => {
  it('carries everything in the attributes that CloudEvents has for it, and in ours', () => {
    expect(throughJson(recorded)).toEqual({
      specversion: '1.0',
      id: '707cc37a-7ef4-56db-91e7-8a5eb87dcb1a',
      source: 'rapport:log:00112233445566aa',
      type: 'StanceAssessed',
      subject: 'c0af2f68',
      time: '2026-03-01T10:00:00.000Z',
      datacontenttype: 'application/json',
      sequence: '00112233445566aa-0000000000002a',
      recordedtime: '2026-03-02T08:30:00.007Z',
      stream: 'relationship-c0af2f68',
      revision: 3,
      shapeversion: 2,
      authtype: 'api_key',
      authid: 'c0af2f68-3a8f-532d-982c-551f2e3b555f',
      actor: 'press desk',
      actorkind: 'key',
      behalf: 'Kim',
      correlationid: 'abc',
      causationid: '2334162b-eacf-59b4-b498-e046fca8e4e7',
      commandid: 'd',
      inputdigest: 'e',
      reason: 'Said so,%0atwice: 100 %25.',
      data: { stance: 'critic', occurredAt: '2026-03-01T10:00:00.000Z' },
    });
  });

  it('has the time of its recording where nothing happened in the world', () => {
    expect(cloudEventOf({ ...recorded, data: { occurredAt: 'yesterday' } }, logId).time).toBe(
      '2026-03-02T08:30:00.007Z',
    );
  });

  it('is one by the reading of a library that nobody here wrote', () => {
    fc.assert(
      fc.property(events, (event) => {
        const read = new AnybodysCloudEvent(throughJson(event) as Partial<AnybodysCloudEvent<unknown>>, true);
        expect(read.validate()).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { stream, revision, position: _, ordinal: __, ...carried } = event;
        expect(carriedFrom(throughJson(event))).toEqual({ stream, revision, event: carried });
      }),
    );
  });

  it('holds no character in an attribute that CloudEvents forbids', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const safe = escaped(any);
        expect(safe).not.toMatch(/[\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/u);
        expect(unescaped(safe)).toBe(any);
      }),
    );
    expect(escaped('\ud800')).toBe('%ud800');
    expect(unescaped('100 %')).toBeUndefined();
  });

  it.each([
    ['no object', [], 'it is no object'],
    ['nothing that is needed', {}, 'stream is missing'],
    ['an attribute of a newer version', { ...cloudEventOf(recorded, logId), sealed: 'x' }, 'does not know: sealed'],
    ['no UUID', { ...cloudEventOf(recorded, logId), id: '1' }, 'no UUID'],
    ['a negative revision', { ...cloudEventOf(recorded, logId), revision: -1 }, 'revision is no whole number'],
    ['data that is no object', { ...cloudEventOf(recorded, logId), data: [1] }, 'data is no object'],
    ['another format of data', { ...cloudEventOf(recorded, logId), datacontenttype: 'text/xml' }, 'application/json'],
    ['an unknown kind of actor', { ...cloudEventOf(recorded, logId), actorkind: 'toString' }, 'actorkind'],
    ['no time', { ...cloudEventOf(recorded, logId), recordedtime: '2026-13-01T00:00:00.000Z' }, 'recordedtime'],
  ])('is refused with %s', (_, line, fault) => {
    const carried = carriedFrom(line);
    expect('faults' in carried ? carried.faults.join('; ') : '').toContain(fault);
  });
});
