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

const nobody = (type: string): string => Buffer.from(`${type}:${randomUUID()}`).toString('base64url');
const oneOfUs = async (name: string, department?: string): Promise<string> => {
  const team =
    department === undefined
      ? {}
      : { teamId: (await rapport.mutate('nameTeam', { name: `${department} team`, department })).team.id };
  return (await rapport.mutate('addColleague', { name, ...team })).colleague.id;
};

describe('our own people', () => {
  it('are added with a team, changed, found by the addresses of sources, and let go', async () => {
    const { team } = await rapport.mutate('nameTeam', { name: 'Desk', department: 'press' });
    const address = `kim.${randomUUID()}@ours.example`;
    const added = await rapport.mutate('addColleague', { name: 'Kim', teamId: team.id, addresses: [address] });
    expect(added).toMatchObject({
      __typename: 'ColleagueAdded',
      already: false,
      colleague: { name: 'Kim', left: false, revision: 0, addresses: [address], team: { department: 'press' } },
    });
    const { colleague } = added;
    const byAddress = (given: string, asOf?: Input) =>
      rapport.query<{ colleagues: { totalCount: number; nodes: readonly { id: string; name: string }[] } }>(
        'query ($address: String, $asOf: AsOf) { colleagues(where: { address: $address }, asOf: $asOf) { totalCount nodes { id name } } }',
        { address: given, ...(asOf === undefined ? {} : { asOf }) },
      );
    expect(await byAddress(` ${address.toUpperCase()}`)).toEqual({
      colleagues: { totalCount: 1, nodes: [{ id: colleague.id, name: 'Kim' }] },
    });

    const other = `kim@${randomUUID()}.example`;
    const change = { colleagueId: colleague.id, name: 'Kim Lee', addresses: [other], teamId: null };
    const changed = await rapport.mutate('changeColleague', { ...change, expectedRevision: 0 });
    expect(changed).toMatchObject({
      __typename: 'ColleagueChanged',
      colleague: { name: 'Kim Lee', addresses: [other], team: null, revision: 3 },
    });
    expect((await byAddress(address)).colleagues.totalCount).toBe(0);
    expect((await byAddress(other)).colleagues.totalCount).toBe(1);
    const before = await byAddress(address, { knownAtPosition: added.position });
    expect(before.colleagues.nodes.map(({ name }) => name)).toEqual(['Kim']);
    expect(await rapport.mutate('changeColleague', change)).toMatchObject({ already: true });
    expect(
      await rapport.mutationRefusal('changeColleague', { ...change, expectedRevision: 0, name: 'K' }),
    ).toMatchObject({ code: 'CONFLICT' });

    expect(await rapport.mutate('letColleagueGo', { colleagueId: colleague.id })).toMatchObject({
      __typename: 'ColleagueLeft',
      colleague: { left: true },
    });
    expect(await rapport.mutate('letColleagueGo', { colleagueId: colleague.id })).toMatchObject({ already: true });
  });

  it('may share an address', async () => {
    const shared = `press.${randomUUID()}@ours.example`;
    for (const name of ['Ann', 'Bo']) await rapport.mutate('addColleague', { name, addresses: [shared] });
    const { colleagues } = await rapport.query<{ colleagues: { nodes: readonly { name: string }[] } }>(
      'query ($address: String) { colleagues(where: { address: $address }) { nodes { name } } }',
      { address: shared },
    );
    expect(colleagues.nodes.map(({ name }) => name)).toEqual(['Ann', 'Bo']);
  });

  it('are listed by department, in pages', async () => {
    const department = `d ${randomUUID()}`;
    for (const name of ['Cy', 'Al', 'Bo']) await oneOfUs(name, department);
    const page = async (args: string) =>
      (
        await rapport.query<{
          colleagues: {
            totalCount: number;
            nodes: readonly { name: string }[];
            pageInfo: { endCursor: string; hasNextPage: boolean };
          };
        }>(
          `query ($department: String) { colleagues(where: { department: $department, left: false }, ${args}) { totalCount nodes { name team { name department } } pageInfo { endCursor hasNextPage } } }`,
          { department },
        )
      ).colleagues;
    const first = await page('first: 2');
    expect([first.totalCount, first.nodes.map(({ name }) => name), first.pageInfo.hasNextPage]).toEqual([
      3,
      ['Al', 'Bo'],
      true,
    ]);
    const rest = await page(`first: 2, after: "${first.pageInfo.endCursor}"`);
    expect(rest.nodes).toEqual([{ name: 'Cy', team: { name: `${department} team`, department } }]);
  });

  it('are refused where an id names nobody, or no team', async () => {
    expect(await rapport.mutate('addColleague', { name: 'Kim', teamId: nobody('Team') })).toMatchObject({
      __typename: 'TeamNotFound',
    });
    expect(await rapport.mutate('nameTeam', { teamId: nobody('Team'), name: 'a', department: 'b' })).toMatchObject({
      __typename: 'TeamNotFound',
    });
    const colleagueId = nobody('Colleague');
    const notFound = { __typename: 'ColleagueNotFound', colleagueId };
    expect(await rapport.mutate('changeColleague', { colleagueId, name: 'x' })).toMatchObject(notFound);
    expect(await rapport.mutate('letColleagueGo', { colleagueId })).toMatchObject(notFound);
    const kim = await oneOfUs('Kim');
    expect(await rapport.mutate('changeColleague', { colleagueId: kim, teamId: nobody('Team') })).toMatchObject({
      __typename: 'TeamNotFound',
    });
  });

  it('are told again what happened, by the same commandId, and refused with another input', async () => {
    const commandId = randomUUID();
    const first = await rapport.mutate('addColleague', { name: 'Kim', commandId });
    expect(await rapport.mutate('addColleague', { name: 'Kim', commandId })).toEqual({ ...first, already: true });
    expect(await rapport.mutate('addColleague', { name: 'Lee', commandId })).toMatchObject({
      __typename: 'CommandIdReused',
    });
  });

  it('stand in teams, which change their names', async () => {
    const { team } = await rapport.mutate('nameTeam', { name: 'Desk', department: `x ${randomUUID()}` });
    const department = `y ${randomUUID()}`;
    expect(await rapport.mutate('nameTeam', { teamId: team.id, name: 'Desk', department })).toMatchObject({
      __typename: 'TeamNamed',
      team: { department, revision: 1 },
    });
    const { teams } = await rapport.query<{ teams: readonly { id: string; department: string }[] }>(
      '{ teams { id name department } }',
    );
    expect(teams.filter(({ id }) => id === team.id)).toEqual([{ id: team.id, name: 'Desk', department }]);
  });
});
