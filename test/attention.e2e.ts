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
const ownedBy = async (ownerId: string, tier: string, name: string): Promise<string> => {
  const { id } = (await rapport.identify(name)).stakeholder;
  await rapport.mutate('assignOwner', { stakeholderId: id, ownerId, tier, occurredAt: dateOf(1) });
  return id;
};
const aTier = async (cadenceDays: number): Promise<string> => {
  const name = `t-${randomUUID().slice(0, 8)}`;
  await rapport.mutate('defineTier', { name, cadenceDays });
  return name;
};

describe('a relationship in which nothing passes', () => {
  it('is dormant once its tier’s cadence has passed, told to whoever answers for it, as of any past', async () => {
    const tier = await aTier(30);
    const [kim, lee] = [
      (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id,
      (await rapport.mutate('addColleague', { name: 'Lee' })).colleague.id,
    ];
    const mia = await ownedBy(kim, tier, 'Mia');
    await ownedBy(lee, tier, 'Bo');
    const { position } = await rapport.record({ occurredAt: dateOf(20), with: [{ stakeholderId: mia }] });
    const dormant = async (validDay: number, where: Input = {}, asOf: Input = {}) =>
      (
        await rapport.query<{ dormantRelationships: { totalCount: number; nodes: readonly Input[] } }>(
          `query ($where: AttentionFilter, $asOf: AsOf) { dormantRelationships(where: $where, asOf: $asOf) {
            totalCount nodes { tier cadenceDays silentSince rule owner { name } stakeholder { name lastInteractionAt } } } }`,
          { where: { tier, ...where }, asOf: { validAt: dateOf(validDay), ...asOf } },
        )
      ).dormantRelationships;
    expect(await dormant(60)).toMatchObject({ totalCount: 2 });
    expect(await dormant(60, { ownerId: kim })).toEqual({
      totalCount: 1,
      nodes: [
        {
          tier,
          cadenceDays: 30,
          silentSince: dateOf(20),
          rule: 'dormancy-v1',
          owner: { name: 'Kim' },
          stakeholder: { name: 'Mia', lastInteractionAt: dateOf(20) },
        },
      ],
    });
    expect((await dormant(40)).nodes).toMatchObject([{ stakeholder: { name: 'Bo' }, silentSince: dateOf(1) }]);
    await rapport.record({ occurredAt: dateOf(55), with: [{ stakeholderId: mia }] });
    expect((await dormant(60)).nodes).toMatchObject([{ stakeholder: { name: 'Bo' } }]);
    // What was not known yet had not passed.
    expect(await dormant(60, {}, { knownAtPosition: position })).toMatchObject({ totalCount: 2 });
  });
});

describe('a relationship', () => {
  it('is verified, by whom and when, and is due again after the interval of its tier', async () => {
    const tier = await aTier(30);
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const mia = await ownedBy(kim, tier, 'Mia');
    const read = async (validDay: number) =>
      rapport.query<{ stakeholder: { verification: Input }; overdueVerifications: { nodes: readonly Input[] } }>(
        `query ($id: ID!, $tier: String, $asOf: AsOf) {
          stakeholder(id: $id, asOf: $asOf) { verification { last { by occurredAt reason } intervalDays dueAt overdue rule } }
          overdueVerifications(where: { tier: $tier }, asOf: $asOf) { nodes { intervalDays dueAt rule owner { name } stakeholder { name } } } }`,
        { id: mia, tier, asOf: { validAt: dateOf(validDay) } },
      );
    expect((await read(99)).stakeholder.verification).toEqual({
      last: null,
      intervalDays: null,
      dueAt: null,
      overdue: false,
      rule: 'verification-v1',
    });
    expect(await rapport.mutate('setVerificationInterval', { tier, days: 10 })).toMatchObject({
      __typename: 'VerificationIntervalWasSet',
      already: false,
      interval: { tier, days: 10 },
    });
    expect(await rapport.mutate('setVerificationInterval', { tier, days: 10 })).toMatchObject({ already: true });
    expect((await read(12)).overdueVerifications.nodes).toEqual([
      {
        intervalDays: 10,
        dueAt: dateOf(11),
        rule: 'verification-v1',
        owner: { name: 'Kim' },
        stakeholder: { name: 'Mia' },
      },
    ]);
    const verified = await rapport.mutate('verifyRelationship', {
      stakeholderId: mia,
      occurredAt: dateOf(12),
      reason: 'asked her',
    });
    expect(verified).toMatchObject({ __typename: 'RelationshipWasVerified' });
    expect(await read(22)).toEqual({
      stakeholder: {
        verification: {
          last: { by: 'admin', occurredAt: dateOf(12), reason: 'asked her' },
          intervalDays: 10,
          dueAt: dateOf(22),
          overdue: false,
          rule: 'verification-v1',
        },
      },
      overdueVerifications: { nodes: [] },
    });
    expect((await read(23)).stakeholder.verification).toMatchObject({ overdue: true });
    expect((await read(12)).overdueVerifications.nodes).toEqual([]);
    expect((await read(11)).stakeholder.verification).toMatchObject({ last: null, dueAt: dateOf(11) });
  });

  it('has the interval for all others where its tier has none', async () => {
    const tier = await aTier(30);
    const kim = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const mia = await ownedBy(kim, tier, 'Mia');
    const daysOf = async () =>
      (
        await rapport.query<{ stakeholder: { verification: { intervalDays: number | null } } }>(
          'query ($id: ID!) { stakeholder(id: $id) { verification { intervalDays } } }',
          { id: mia },
        )
      ).stakeholder.verification.intervalDays;
    await rapport.mutate('setVerificationInterval', { days: 365 });
    await rapport.mutate('setVerificationInterval', { tier, days: 90 });
    expect(await daysOf()).toBe(90);
    await rapport.mutate('setVerificationInterval', { tier });
    expect(await daysOf()).toBe(365);
    await rapport.mutate('setVerificationInterval', {});
    expect(await daysOf()).toBeNull();
    expect(await rapport.mutate('setVerificationInterval', { tier: 'no-such-tier', days: 1 })).toMatchObject({
      __typename: 'TierNotFound',
    });
  });
});
