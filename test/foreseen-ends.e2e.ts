import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
});
afterAll(() => service.stop());

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const identified = async (name: string, kind = 'PERSON'): Promise<string> =>
  (await rapport.identify(name, { kind })).stakeholder.id;
const said = (): Input => ({ source: { name: 'crm', id: randomUUID() } });
type Listed = 'affiliations' | 'people' | 'ties';
const endsOf = async (id: string, list: Listed, day: number): Promise<readonly unknown[]> =>
  (
    await rapport.query<{ stakeholder: { listed: { nodes: readonly unknown[] } } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) {
        listed: ${list}(where: { states: [HOLDING, ENDED] }) { nodes { until state ending { reason } } } } }`,
      { id, asOf: { validAt: dateOf(day) } },
    )
  ).stakeholder.listed.nodes;

const foreseen = { until: dateOf(20), state: 'HOLDING', ending: null };
const open = { until: null, state: 'HOLDING', ending: null };
const ended = { until: dateOf(9), state: 'ENDED', ending: { reason: 'fell out' } };

describe('what somebody ended', () => {
  it('has as an affiliation no end that lay ahead, but the one that was foreseen', async () => {
    const [mia, acme, bolt] = [
      await identified('Mia'),
      await identified('Acme', 'ORGANISATION'),
      await identified('Bolt', 'ORGANISATION'),
    ];
    const start = async (organisationId: string, period: Input): Promise<string> =>
      (await rapport.mutate('startAffiliation', { personId: mia, organisationId, ...said(), ...period })).affiliation
        .id;
    for (const affiliationId of [
      await start(acme, { from: dateOf(3), until: dateOf(20) }),
      await start(bolt, { from: dateOf(2) }),
    ])
      await rapport.mutate('endAffiliation', { affiliationId, occurredAt: dateOf(9), reason: 'fell out' });
    expect(await endsOf(mia, 'affiliations', 8)).toEqual([foreseen, open]);
    expect(await endsOf(mia, 'affiliations', 9)).toEqual([ended, ended]);
    expect(await endsOf(acme, 'people', 8)).toEqual([foreseen]);
    expect(await endsOf(bolt, 'people', 9)).toEqual([ended]);
  });

  it('has as a tie no end that lay ahead, but the one that was foreseen', async () => {
    const [mia, bo] = [await identified('Mia'), await identified('Bo')];
    const tie = async (period: Input): Promise<string> =>
      (await rapport.mutate('recordTie', { kind: 'KNOWS', stakeholderId: mia, otherId: bo, ...said(), ...period })).tie
        .id;
    for (const tieId of [await tie({ from: dateOf(3), until: dateOf(20) }), await tie({ from: dateOf(2) })])
      await rapport.mutate('endTie', { tieId, occurredAt: dateOf(9), reason: 'fell out' });
    expect(await endsOf(bo, 'ties', 8)).toEqual([foreseen, open]);
    expect(await endsOf(mia, 'ties', 9)).toEqual([ended, ended]);
  });
});
