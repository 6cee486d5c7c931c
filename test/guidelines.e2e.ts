import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Outcome, type Rapport, newAddress, rapportAt, readingItsWrites, ready } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2024, 0, day)).toISOString();
const rapportOf = ({ url, adminToken }: TestService): Rapport =>
  readingItsWrites(rapportAt({ url, token: adminToken }));
const hired = async (rapport: Rapport, name: string): Promise<{ readonly id: string; readonly address: string }> => {
  const address = newAddress(name);
  return { id: (await rapport.mutate('addColleague', { name, addresses: [address] })).colleague.id, address };
};
const publish = (rapport: Rapport, text: string, day: number, input: Input = {}): Promise<Outcome> =>
  rapport.mutate('publishGuideline', { name: 'Manners', text, occurredAt: dateOf(day), ...input });
const wrote = (rapport: Rapport, ourPeople: readonly string[], day: number, input: Input = {}): Promise<Outcome> =>
  rapport.record({ direction: 'OUTBOUND', occurredAt: dateOf(day), ourPeople, ...input });

describe('guidelines', () => {
  let service: TestService;
  let rapport: Rapport;
  beforeAll(async () => {
    service = await startTestService();
    rapport = rapportOf(service);
    await ready(rapport);
  });
  afterAll(() => service.stop());

  it('have versions, with rules for a channel or a site, and any past tells which was in force', async () => {
    const rules = [
      { channel: 'FORUM', text: 'One answer a thread.' },
      { channel: 'FORUM', site: 'doors.example', text: 'No links.' },
      { channel: 'BLOG', text: 'Say who you are.' },
    ];
    const first = await publish(rapport, 'Be kind.', 102, { rules });
    expect(first).toMatchObject({ __typename: 'GuidelineWasPublished', version: 1, already: false });
    const { guidelineId } = first;
    expect(await publish(rapport, 'Be kind.', 105, { rules, guidelineId })).toMatchObject({
      version: 1,
      already: true,
    });
    expect(await publish(rapport, 'Be brief.', 109, { guidelineId, reason: 'too long' })).toMatchObject({ version: 2 });
    const read = async (asOf: Input | null = null): Promise<Input | null> => {
      const answer = await rapport.query<{ guidelines: readonly Input[] }>(
        `query ($asOf: AsOf) { guidelines(asOf: $asOf) { id current { version text } versions { version inForceFrom by reason
          all: rules { text } forum: rules(channel: FORUM) { text } site: rules(channel: FORUM, site: "else.example") { site text } } } }`,
        { asOf },
      );
      return answer.guidelines[0] ?? null;
    };
    expect(await read()).toEqual({
      id: guidelineId,
      current: { version: 2, text: 'Be brief.' },
      versions: [
        {
          version: 1,
          inForceFrom: dateOf(102),
          by: 'admin',
          reason: null,
          all: rules.map(({ text }) => ({ text })),
          forum: [{ text: 'One answer a thread.' }, { text: 'No links.' }],
          site: [{ site: null, text: 'One answer a thread.' }],
        },
        { version: 2, inForceFrom: dateOf(109), by: 'admin', reason: 'too long', all: [], forum: [], site: [] },
      ],
    });
    expect(await read({ validAt: dateOf(108) })).toMatchObject({ current: { version: 1 } });
    expect(await read({ validAt: dateOf(101) })).toBeNull();
    expect(await read({ knownAtPosition: first.position, validAt: dateOf(120) })).toMatchObject({
      current: { version: 1 },
    });
    expect(
      await rapport.mutate('withdrawGuideline', { guidelineId, occurredAt: dateOf(112), reason: 'nobody reads it' }),
    ).toMatchObject({ __typename: 'GuidelineWasWithdrawn' });
    expect(await read()).toMatchObject({ current: null, versions: [{ version: 1 }, { version: 2 }] });
    expect(await read({ validAt: dateOf(111) })).toMatchObject({ current: { version: 2 } });
  });

  it('show what went out by somebody who had not acknowledged what was in force, and block nothing', async () => {
    const [kim, lee] = [await hired(rapport, 'Kim'), await hired(rapport, 'Lee')];
    const { guidelineId } = await publish(rapport, 'Answer within a day.', 2);
    const acknowledged = await rapport.mutate('acknowledgeGuideline', {
      guidelineId,
      colleagueId: kim.id,
      occurredAt: dateOf(3),
    });
    expect(acknowledged).toMatchObject({ __typename: 'GuidelineWasAcknowledged', version: 1, already: false });
    expect(
      await rapport.mutate('acknowledgeGuideline', { guidelineId, colleagueId: kim.id, version: 1 }),
    ).toMatchObject({ already: true });
    const [before, byKim, byLee] = [
      await wrote(rapport, [kim.address], 2),
      await wrote(rapport, [kim.address.toUpperCase()], 4),
      await wrote(rapport, [lee.address, kim.address], 5),
    ];
    const inbound = await rapport.record({ occurredAt: dateOf(4), ourPeople: [lee.address] });
    const read = (asOf: Input | null = null) =>
      rapport.query<{
        outboundWithoutGuideline: { totalCount: number; nodes: readonly Input[] };
        kim: { nodes: readonly Input[] };
        lee: { nodes: readonly Input[] };
      }>(
        `query ($during: Period!, $asOf: AsOf, $kim: String, $lee: String) {
          outboundWithoutGuideline(during: $during, asOf: $asOf) { totalCount nodes { occurredAt
            withoutGuideline { colleague { name } guideline { name version } } } }
          kim: colleagues(where: { address: $kim }, asOf: $asOf) { nodes { acknowledgements { version acknowledgedAt by colleague { name } } unacknowledgedGuidelines { text } } }
          lee: colleagues(where: { address: $lee }, asOf: $asOf) { nodes { acknowledgements { version } unacknowledgedGuidelines { version text } } } }`,
        { during: { from: dateOf(1), until: dateOf(31) }, asOf, kim: kim.address, lee: lee.address },
      );
    const shown = await read();
    expect(shown.outboundWithoutGuideline).toEqual({
      totalCount: 2,
      nodes: [
        {
          occurredAt: dateOf(5),
          withoutGuideline: [{ colleague: { name: 'Lee' }, guideline: { name: 'Manners', version: 1 } }],
        },
        {
          occurredAt: dateOf(2),
          withoutGuideline: [{ colleague: { name: 'Kim' }, guideline: { name: 'Manners', version: 1 } }],
        },
      ],
    });
    expect(shown.kim.nodes).toEqual([
      {
        acknowledgements: [{ version: 1, acknowledgedAt: dateOf(3), by: 'admin', colleague: { name: 'Kim' } }],
        unacknowledgedGuidelines: [],
      },
    ]);
    expect(shown.lee.nodes).toEqual([
      { acknowledgements: [], unacknowledgedGuidelines: [{ version: 1, text: 'Answer within a day.' }] },
    ]);
    expect((await read({ validAt: dateOf(2) })).outboundWithoutGuideline.totalCount).toBe(1);
    for (const { interaction } of [inbound, byKim]) {
      const { node } = await rapport.query<{ node: Input }>(
        'query ($id: ID!) { node(id: $id) { ... on Interaction { withoutGuideline { colleague { name } } } } }',
        { id: interaction.id },
      );
      expect(node).toEqual({ withoutGuideline: [] });
    }
    // In pages, both ways.
    const pageOf = async (args: string) =>
      (
        await rapport.query<{
          page: { nodes: readonly { id: string }[]; pageInfo: { endCursor: string; startCursor: string } };
        }>(
          `{ page: outboundWithoutGuideline(during: { from: "${dateOf(1)}", until: "${dateOf(31)}" }, ${args}) { nodes { id } pageInfo { startCursor endCursor } } }`,
        )
      ).page;
    const first = await pageOf('first: 1');
    expect(first.nodes).toEqual([{ id: byLee.interaction.id }]);
    const second = await pageOf(`first: 1, after: "${first.pageInfo.endCursor}"`);
    expect(second.nodes).toEqual([{ id: before.interaction.id }]);
    expect((await pageOf(`last: 1, before: "${second.pageInfo.startCursor}"`)).nodes).toEqual(first.nodes);
  });

  it('count as acknowledged from an earlier date on, once somebody says so', async () => {
    const lou = await hired(rapport, 'Lou');
    const { guidelineId } = await publish(rapport, 'Listen first.', 202);
    await publish(rapport, 'Listen, then answer.', 210, { guidelineId });
    const acknowledge = (version: number, day: number): Promise<Outcome> =>
      rapport.mutate('acknowledgeGuideline', {
        ...{ guidelineId, colleagueId: lou.id, version, occurredAt: dateOf(day) },
      });
    expect(await acknowledge(2, 215)).toMatchObject({ already: false });
    const sent = [await wrote(rapport, [lou.address], 205), await wrote(rapport, [lou.address], 212)];
    const without = async (): Promise<readonly number[]> => {
      const found = await rapport.query<{
        nodes: readonly { withoutGuideline: readonly { guideline: { version: number; text: string } }[] }[];
      }>(
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Interaction { withoutGuideline { guideline { version text } } } } }',
        { ids: sent.map(({ interaction }) => interaction.id) },
      );
      return found.nodes.map(
        ({ withoutGuideline }) =>
          withoutGuideline.filter(({ guideline }) => guideline.text.startsWith('Listen')).length,
      );
    };
    expect(await without()).toEqual([1, 1]);
    expect(await acknowledge(1, 203)).toMatchObject({ __typename: 'GuidelineWasAcknowledged', already: false });
    expect(await without()).toEqual([0, 1]);
    expect(await acknowledge(2, 211)).toMatchObject({ already: false });
    expect(await without()).toEqual([0, 0]);
    expect(await acknowledge(2, 213)).toMatchObject({ already: true });
  });

  it('are acknowledged by people of ours, of a version that there is', async () => {
    const kim = await hired(rapport, 'Kim');
    const { guidelineId } = await publish(rapport, 'Ask first.', 2);
    const nothing = Buffer.from('Guideline:none').toString('base64url');
    const nobody = Buffer.from('Colleague:none').toString('base64url');
    const acknowledge = (input: Input) =>
      rapport.mutate('acknowledgeGuideline', { guidelineId, colleagueId: kim.id, ...input });
    expect(await acknowledge({ guidelineId: nothing })).toMatchObject({ __typename: 'GuidelineNotFound' });
    expect(await acknowledge({ version: 2 })).toMatchObject({ __typename: 'GuidelineVersionNotFound' });
    expect(await acknowledge({ colleagueId: nobody })).toMatchObject({
      __typename: 'ColleagueNotFound',
      colleagueId: nobody,
    });
    expect(await publish(rapport, 'x', 2, { guidelineId: nothing })).toMatchObject({ __typename: 'GuidelineNotFound' });
  });
});

describe('an acknowledgement that was mistaken', () => {
  let service: TestService;
  let rapport: Rapport;
  beforeAll(async () => {
    service = await startTestService({ env: { RAPPORT_GUIDELINES: 'required' } });
    rapport = rapportOf(service);
    await ready(rapport);
  });
  afterAll(() => service.stop());

  it('is retracted, and they are without the version again, in whatever past is asked for with that knowledge', async () => {
    const kim = await hired(rapport, 'Kim');
    const { guidelineId } = await publish(rapport, 'Be kind.', 2);
    const about = { guidelineId, colleagueId: kim.id };
    const acknowledged = await rapport.mutate('acknowledgeGuideline', { ...about, occurredAt: dateOf(3) });
    const byKim = await wrote(rapport, [kim.address], 4);
    expect(byKim.__typename).toBe('InteractionRecorded');
    const asked = { ...about, version: 1, reason: 'it was a namesake', commandId: 'take back' };
    const retracted = await rapport.mutate('retractAcknowledgement', asked);
    expect(retracted).toMatchObject({
      __typename: 'AcknowledgementWasRetracted',
      version: 1,
      already: false,
      guidelineId,
    });
    expect(await rapport.mutate('retractAcknowledgement', asked)).toMatchObject({
      already: true,
      position: retracted.position,
    });

    const read = async (asOf: Input | null = null): Promise<Input> => {
      const { colleagues, outboundWithoutGuideline, guidelines } = await rapport.query<{
        colleagues: { nodes: readonly Input[] };
        outboundWithoutGuideline: { nodes: readonly Input[] };
        guidelines: readonly { versions: readonly { acknowledgements: readonly Input[] }[] }[];
      }>(
        `query ($kim: String, $asOf: AsOf) {
          colleagues(where: { address: $kim }, asOf: $asOf) { nodes { acknowledgements { version } unacknowledgedGuidelines { version } } }
          outboundWithoutGuideline(asOf: $asOf) { nodes { liveId } }
          guidelines(asOf: $asOf) { versions { acknowledgements { version } } } }`,
        { kim: kim.address, asOf },
      );
      return {
        ...colleagues.nodes[0],
        out: outboundWithoutGuideline.nodes,
        by: guidelines[0]?.versions[0]?.acknowledgements,
      };
    };
    const without = {
      ...{
        acknowledgements: [],
        unacknowledgedGuidelines: [{ version: 1 }],
        out: [{ liveId: byKim.interaction.id }],
        by: [],
      },
    };
    expect(await read()).toEqual(without);
    expect(await read({ validAt: dateOf(5) })).toEqual(without);
    expect(await read({ knownAtPosition: byKim.position })).toMatchObject({
      ...{ acknowledgements: [{ version: 1 }], unacknowledgedGuidelines: [], out: [], by: [{ version: 1 }] },
    });

    expect((await wrote(rapport, [kim.address], 5)).__typename).toBe('GuidelineNotAcknowledged');
    expect(await rapport.mutate('acknowledgeGuideline', { ...about, occurredAt: dateOf(6) })).toMatchObject({
      ...{ __typename: 'GuidelineWasAcknowledged', already: false, version: acknowledged.version },
    });
    expect((await wrote(rapport, [kim.address], 7)).__typename).toBe('InteractionRecorded');
    const { events, hers } = await rapport.query<Readonly<Record<'events' | 'hers', { nodes: readonly Input[] }>>>(
      `query ($guideline: ID!, $kim: ID!) { events(first: 9, where: { subject: $guideline }) { nodes { type } }
        hers: events(first: 9, where: { subject: $kim }) { nodes { type reason } } }`,
      { guideline: guidelineId, kim: kim.id },
    );
    expect(events.nodes).toEqual([{ type: 'GuidelinePublished' }]);
    expect(hers.nodes).toEqual([
      { type: 'ColleagueAdded', reason: null },
      { type: 'GuidelineAcknowledged', reason: null },
      { type: 'AcknowledgementRetracted', reason: 'it was a namesake' },
      { type: 'GuidelineAcknowledged', reason: null },
    ]);
  });

  it('is refused where there is none, and takes a reason', async () => {
    const kim = await hired(rapport, 'Kim');
    const { guidelineId } = await publish(rapport, 'Ask first.', 2);
    const asked = { guidelineId, colleagueId: kim.id, version: 1, reason: 'mistaken' };
    expect(await rapport.mutate('retractAcknowledgement', asked)).toMatchObject({
      __typename: 'AcknowledgementNotFound',
    });
    const nothing = Buffer.from('Guideline:none').toString('base64url');
    expect(await rapport.mutate('retractAcknowledgement', { ...asked, guidelineId: nothing })).toMatchObject({
      __typename: 'GuidelineNotFound',
    });
    const nobody = Buffer.from('Colleague:none').toString('base64url');
    expect(await rapport.mutate('retractAcknowledgement', { ...asked, colleagueId: nobody })).toMatchObject({
      __typename: 'ColleagueNotFound',
      colleagueId: nobody,
    });
    expect(
      await rapport.mutationRefusal('retractAcknowledgement', { ...asked, reason: ' ', version: 0 }),
    ).toMatchObject({
      faultyPaths: expect.arrayContaining(['input.reason', 'input.version']) as unknown,
    });
  });
});

describe('guidelines that are required', () => {
  let service: TestService;
  let rapport: Rapport;
  beforeAll(async () => {
    service = await startTestService({ env: { RAPPORT_GUIDELINES: 'required' } });
    rapport = rapportOf(service);
    await ready(rapport);
  });
  afterAll(() => service.stop());

  it('refuse what goes out by somebody who has not acknowledged what is in force, saying what to do', async () => {
    const [kim, lee] = [await hired(rapport, 'Kim'), await hired(rapport, 'Lee')];
    expect(await wrote(rapport, [kim.address], 1)).toMatchObject({ __typename: 'InteractionRecorded' });
    const { guidelineId } = await publish(rapport, 'Be kind.', 2);
    const sent = { commandId: 'write', with: [{ handle: { channel: 'EMAIL', address: newAddress('mia') } }] };
    const refused = await wrote(rapport, [kim.address], 4, sent);
    expect(refused).toMatchObject({
      __typename: 'GuidelineNotAcknowledged',
      missing: [{ colleagueId: kim.id, colleague: 'Kim', guidelineId, guideline: 'Manners', version: 1 }],
    });
    expect(refused.message).toContain("Kim: version 1 of 'Manners'");
    expect(refused.message).toContain('acknowledgeGuideline');
    // What did not go out, or went out before, or by nobody of ours, is recorded.
    expect((await rapport.record({ occurredAt: dateOf(4), ourPeople: [kim.address] })).__typename).toBe(
      'InteractionRecorded',
    );
    for (const [people, day] of [
      [[kim.address], 1],
      [[newAddress('stranger')], 4],
      [[], 4],
    ] as const)
      expect((await wrote(rapport, people, day)).__typename).toBe('InteractionRecorded');

    await rapport.mutate('acknowledgeGuideline', { guidelineId, colleagueId: kim.id, occurredAt: dateOf(3) });
    const recorded = await wrote(rapport, [kim.address], 4, sent);
    expect(recorded).toMatchObject({ __typename: 'InteractionRecorded', already: false });
    expect((await wrote(rapport, [lee.address], 4)).__typename).toBe('GuidelineNotAcknowledged');

    // What was recorded before is answered with what happened then.
    await publish(rapport, 'Be kind and brief.', 4, { guidelineId });
    expect(await wrote(rapport, [kim.address], 4, sent)).toMatchObject({
      __typename: 'InteractionRecorded',
      already: true,
      position: recorded.position,
    });
    expect((await wrote(rapport, [kim.address], 5)).missing).toMatchObject([{ colleague: 'Kim', version: 2 }]);
  });

  it('refuse each of many by itself', async () => {
    const kim = await hired(rapport, 'Kim');
    await publish(rapport, 'Be kind to all.', 2);
    const outcome = await rapport.recordMany([
      { direction: 'OUTBOUND', occurredAt: dateOf(4), ourPeople: [kim.address] },
      { occurredAt: dateOf(4) },
    ]);
    expect(outcome).toMatchObject({ recorded: 1, refused: 1 });
    expect(outcome.results.map(({ __typename }) => __typename)).toEqual([
      'GuidelineNotAcknowledged',
      'InteractionRecorded',
    ]);
  });
});
