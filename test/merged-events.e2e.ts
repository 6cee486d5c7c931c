import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, until } from './client.js';
import { type Somebody, peopleToMerge } from './people-to-merge.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
let rapport: Rapport;
let people: ReturnType<typeof peopleToMerge>;
beforeAll(async () => {
  service = await startTestService();
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
  people = peopleToMerge(rapport);
});
afterAll(() => service.stop());

interface Events {
  readonly events: {
    readonly nodes: readonly { readonly type: string; readonly subject: string; readonly position: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}
const selected = '{ nodes { type subject position } pageInfo { hasNextPage endCursor } }';
const page = async (where: Input, first = 100, after: string | null = null): Promise<Events['events']> =>
  (
    await rapport.query<Events>(
      `query ($where: EventFilter, $first: Int, $after: Position) { events(first: $first, after: $after, where: $where) ${selected} }`,
      { where, first, after },
    )
  ).events;
const told = async (where: Input): Promise<readonly string[]> =>
  (await page(where)).nodes.map(({ type, subject }) => `${type} ${subject}`);

const listen = ({ id }: Somebody) => rapport.mutate('takeStep', { stakeholderId: id, step: 'LISTEN' });

describe('the events about somebody', () => {
  it('are those about all who are one with them, by any of their ids, and of a record alone where that is asked', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await listen(bob);
    const alone = [`StakeholderIdentified ${bob.id}`, `StepTaken ${bob.id}`];
    expect(await told({ subject: bob.id })).toEqual(alone);
    await people.merge(ann, bob);
    await listen(bob);
    const all = [`StakeholderIdentified ${ann.id}`, ...alone, `StakeholdersMerged ${ann.id}`, `StepTaken ${ann.id}`];
    expect(await told({ subject: ann.id })).toEqual(all);
    expect(await told({ subject: bob.id })).toEqual(all);
    expect(await told({ subject: bob.id, types: ['StepTaken'] })).toEqual([
      `StepTaken ${bob.id}`,
      `StepTaken ${ann.id}`,
    ]);
    expect(await told({ subject: bob.id, includingMerged: false })).toEqual(alone);
    // Page by page it is the same.
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const { nodes, pageInfo } = await page({ subject: ann.id }, 2, after);
      seen.push(...nodes.map(({ type, subject }) => `${type} ${subject}`));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(all);
    await people.unmerge(ann, bob);
    expect(await told({ subject: bob.id })).toEqual(alone);
  });

  it('are followed through a merge and its end, without a double', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    const { log } = await rapport.query<{ log: { head: string } }>('{ log { head } }');
    const subscriber = rapport.subscriber();
    const events = subscriber.iterate<{ events: { type: string; subject: string } }>({
      query: `subscription ($after: Position, $of: ID) { events(after: $after, where: { subject: $of }) { type subject } }`,
      variables: { after: log.head, of: bob.id },
    });
    const seen: string[] = [];
    const following = (async () => {
      for await (const { data } of events) seen.push(`${data?.events.type} ${data?.events.subject}`);
    })();
    following.catch(() => undefined);
    // Who is one is asked for when an event is told: whoever follows is not to be behind a merge or its end.
    const hasSeen = (count: number) => until(`${count} were told`, () => seen.length >= count);
    await listen(ann);
    await listen(bob);
    await hasSeen(1);
    await people.merge(ann, bob);
    await rapport.mutate('renameStakeholder', { stakeholderId: ann.id, name: 'Ann B.' });
    await hasSeen(3);
    await people.unmerge(ann, bob);
    await rapport.mutate('renameStakeholder', { stakeholderId: ann.id, name: 'Ann A.' });
    await rapport.mutate('renameStakeholder', { stakeholderId: bob.id, name: 'Bob B.' });
    await until('the last was told', () => seen.at(-1) === `StakeholderRenamed ${bob.id}`);
    await subscriber.dispose();
    // What was recorded of Ann before she was known to be Bob was not about him when it was followed.
    expect(seen).toEqual([
      `StepTaken ${bob.id}`,
      `StakeholdersMerged ${ann.id}`,
      `StakeholderRenamed ${ann.id}`,
      `StakeholderUnmerged ${ann.id}`,
      `StakeholderRenamed ${bob.id}`,
    ]);
  });
});
