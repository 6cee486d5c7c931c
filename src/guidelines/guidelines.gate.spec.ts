import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { everyEvent } from '../../test/inspecting.js';
import { day, projected } from '../../test/small-logs.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import { openSqliteEventStore } from '../event-sourcing/stores/sqlite.event-store.js';
import { type CommandContext, type Transactions, transactions } from '../event-sourcing/transact.js';
import { ourOwn } from '../owners/our-own.js';
import { ourOwnRows } from '../owners/our-own-rows.js';
import { guidelineRows } from './guideline-rows.js';
import { guidelinesGate } from './guidelines.gate.js';
import { type Guiding, guiding } from './guiding.js';

const context = (commandId: string): CommandContext => ({
  actor: 'tester',
  actorKind: 'key',
  credential: 'k1',
  correlationId: 'c1',
  commandId,
  inputDigest: 'd',
});

let folder: string;
let store: EventStore;
let streams: Transactions;
let guided: Guiding;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-'));
  store = openSqliteEventStore({ path: join(folder, 'events.db') });
  streams = transactions(store);
  guided = guiding(streams, { isOneOfUs: () => Promise.resolve(true) });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const publish = (text: string, on: number, commandId: string, guidelineId: string | null = null) =>
  guided.ask(
    { type: 'Publish', guidelineId, name: 'Manners', text, rules: [], occurredAt: day(on) },
    context(commandId),
  );
const hired = async (): Promise<string> => {
  const asked = { type: 'AddColleague', name: 'Kim', teamId: null, addresses: ['kim@ours.example'] } as const;
  const outcome = await ourOwn(streams).ask(asked, context('hire'));
  return 'id' in outcome ? outcome.id : '';
};
const idOf = (outcome: Awaited<ReturnType<typeof publish>>): string =>
  'guidelineId' in outcome ? outcome.guidelineId : '';
const told = (on: number) => ({ occurredAt: day(on), ourPeople: ['Kim@Ours.example'] });

describe('the gate of guidelines', () => {
  it('names who has not acknowledged what was in force, and which version', async () => {
    const kim = await hired();
    const guidelineId = idOf(await publish('Be kind.', 2, 'first'));
    await publish('Be brief.', 8, 'second', guidelineId);
    const rows = await projected([guidelineRows, ourOwnRows], await everyEvent(store));
    const gate = guidelinesGate(rows, streams);
    expect(await gate(told(1))).toEqual([]);
    expect(await gate(told(3))).toEqual([
      { colleagueId: kim, colleague: 'Kim', guidelineId, guideline: 'Manners', version: 1 },
    ]);
    expect(await gate(told(9))).toMatchObject([{ version: 2 }]);
    expect(await gate({ ...told(9), ourPeople: ['stranger@ours.example'] })).toEqual([]);
    await rows.close();
  });

  it('asks their own stream before it names anybody: the rows may be behind', async () => {
    const kim = await hired();
    const guidelineId = idOf(await publish('Be kind.', 2, 'first'));
    const behind = await projected([guidelineRows, ourOwnRows], await everyEvent(store));
    const gate = guidelinesGate(behind, streams);
    const asked = { type: 'Acknowledge', guidelineId, version: null, colleagueId: kim, occurredAt: day(3) } as const;
    expect(await guided.ask(asked, context('acknowledge'))).toMatchObject({ version: 1, already: false });
    expect(await gate(told(4))).toEqual([]);
    await behind.close();
  });
});

describe('retracting an acknowledgement', () => {
  it('leaves them without the version, and names them at the gate', async () => {
    const kim = await hired();
    const guidelineId = idOf(await publish('Be kind.', 2, 'first'));
    const acknowledge = {
      type: 'Acknowledge',
      guidelineId,
      version: null,
      colleagueId: kim,
      occurredAt: day(3),
    } as const;
    await guided.ask(acknowledge, context('acknowledge'));
    const retract = { type: 'RetractAcknowledgement', guidelineId, version: 1, colleagueId: kim } as const;
    const retracted = await guided.ask(retract, context('retract'));
    expect(retracted).toMatchObject({ guidelineId, version: 1, already: false });
    expect(await guided.ask(retract, context('retract'))).toEqual({ ...retracted, already: true });
    const rows = await projected([guidelineRows, ourOwnRows], await everyEvent(store));
    expect(await guidelinesGate(rows, streams)(told(4))).toMatchObject([{ colleagueId: kim, version: 1 }]);
    await rows.close();
  });

  it('is refused where there is no such guideline, or it is of nobody of ours', async () => {
    const retract = { type: 'RetractAcknowledgement', guidelineId: 'none', version: 1, colleagueId: 'x' } as const;
    expect(await guided.ask(retract, context('a'))).toEqual({ refused: 'GuidelineNotFound' });
    const strangers = guiding(streams, { isOneOfUs: () => Promise.resolve(false) });
    expect(await strangers.ask(retract, context('b'))).toEqual({ refused: 'ColleagueNotFound' });
  });
});

describe('asking about guidelines', () => {
  it('acknowledges for nobody who is not one of ours, and no version that is not there', async () => {
    const strangers = guiding(streams, { isOneOfUs: () => Promise.resolve(false) });
    const asked = {
      type: 'Acknowledge',
      guidelineId: 'g',
      version: null,
      colleagueId: 'x',
      occurredAt: day(3),
    } as const;
    expect(await strangers.ask(asked, context('a'))).toEqual({ refused: 'ColleagueNotFound' });
    expect(await guided.ask(asked, context('b'))).toEqual({ refused: 'GuidelineNotFound' });
    const guidelineId = idOf(await publish('Be kind.', 2, 'first'));
    expect(await guided.ask({ ...asked, guidelineId, version: 2 }, context('c'))).toEqual({
      refused: 'GuidelineVersionNotFound',
    });
  });

  it('sent again is answered with what happened, and under another name is another guideline', async () => {
    const first = await publish('Be kind.', 2, 'first');
    expect(await publish('Be kind.', 2, 'first')).toMatchObject({
      guidelineId: idOf(first),
      version: 1,
      already: true,
    });
    expect(idOf(await publish('Be kind.', 2, 'second'))).not.toBe(idOf(first));
  });
});
