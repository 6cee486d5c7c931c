import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { byHandle, dateOf, peopleToMerge } from './people-to-merge.js';
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

interface Suggestion {
  readonly one: { readonly id: string };
  readonly other: { readonly id: string };
  readonly evidence: readonly { readonly kind: string; readonly value: string }[];
  readonly definition: string;
}
interface Suggestions {
  readonly mergeSuggestions: {
    readonly totalCount: number;
    readonly nodes: readonly Suggestion[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}
const suggestions = async (variables: Input = {}): Promise<Suggestions['mergeSuggestions']> =>
  (
    await rapport.query<Suggestions>(
      `query ($first: Int, $after: String, $asOf: AsOf) { mergeSuggestions(first: $first, after: $after, asOf: $asOf) {
        totalCount nodes { one { id: liveId } other { id: liveId } evidence { kind value } definition } pageInfo { hasNextPage endCursor } } }`,
      { first: 100, ...variables },
    )
  ).mergeSuggestions;
/** The evidence for these two being one; null where nothing suggests it. */
const evidenceFor = async (one: string, other: string, asOf?: Input): Promise<readonly string[] | null> => {
  const { nodes } = await suggestions(asOf === undefined ? {} : { asOf });
  const found = nodes.filter((each) => [each.one.id, each.other.id].sort().join() === [one, other].sort().join());
  // Each pair once, whatever they have in common.
  expect(found.length).toBeLessThan(2);
  return found[0]?.evidence.map(({ kind }) => kind) ?? null;
};
const named = async (name: string, handles: readonly Input[] = [], kind = 'PERSON'): Promise<string> =>
  (await rapport.mutate('identifyStakeholder', { kind, name, handles })).stakeholder.id;
const mail = (address: string): Input => ({ channel: 'EMAIL', address });
const unique = (): string => randomUUID().slice(0, 8);

describe('who may be one', () => {
  it('is suggested with all that speaks for it, and nobody is merged', async () => {
    const [first, last, local] = [`Ada${unique()}`, `Love${unique()}`, `a${unique()}`];
    const account = { channel: 'MICROBLOG', address: `@${local}` };
    const one = await named(`${first} ${last}`, [mail(`${local}+news@example.org`), account]);
    const other = await named(`${last.toUpperCase()}, ${first}`, [
      mail(`${local}@example.org`),
      { channel: 'FORUM', site: 'forum.example', address: local },
    ]);
    expect(await evidenceFor(one, other)).toEqual(['ADDRESS', 'MAILBOX', 'ACCOUNT', 'NAME']);
    expect((await suggestions()).nodes[0]?.definition).toBe('merge-suggestions-v1');
    expect(await rapport.stakeholder(other)).toMatchObject({ id: other });
    const organisation = await named(`${first} ${last}`, [], 'ORGANISATION');
    expect(await evidenceFor(one, organisation)).toBeNull();
  });

  it('is suggested no more once they are merged, told apart or renamed, but as of before', async () => {
    const name = `Ann ${unique()}`;
    const [ann, bob, cy] = [await named(name), await named(name), await named(name)];
    expect(await evidenceFor(ann, bob)).toEqual(['NAME']);
    const { position } = await rapport.mutate('renameStakeholder', { stakeholderId: cy, name: `Cy ${unique()}` });
    expect(await evidenceFor(ann, cy)).toBeNull();
    await rapport.mutate('mergeStakeholders', { survivorId: ann, mergedId: bob, reason: 'one' });
    expect(await evidenceFor(ann, bob)).toBeNull();
    expect(await evidenceFor(ann, bob, { knownAtPosition: position })).toEqual(['NAME']);
    await rapport.mutate('unmergeStakeholder', { survivorId: ann, mergedId: bob, reason: 'two' });
    expect(await evidenceFor(ann, bob)).toEqual(['NAME']);
    const apart = { stakeholderId: bob, otherId: ann, reason: 'father and son' };
    expect(await rapport.mutate('tellApart', apart)).toMatchObject({
      __typename: 'StakeholdersToldApart',
      already: false,
      stakeholder: { id: bob },
      other: { id: ann },
    });
    expect(await rapport.mutate('tellApart', { ...apart, stakeholderId: ann, otherId: bob })).toMatchObject({
      already: true,
    });
    expect(await evidenceFor(ann, bob)).toBeNull();
    // Whoever is merged into either, they stay told apart.
    await rapport.mutate('renameStakeholder', { stakeholderId: cy, name });
    await rapport.mutate('mergeStakeholders', { survivorId: cy, mergedId: bob, reason: 'one' });
    expect(await evidenceFor(ann, cy)).toBeNull();
    expect(await rapport.mutate('tellApart', { stakeholderId: cy, otherId: bob, reason: 'x' })).toMatchObject({
      __typename: 'AreOne',
    });
    expect(await rapport.mutate('tellApart', { stakeholderId: cy, otherId: cy, reason: 'x' })).toMatchObject({
      __typename: 'SameStakeholder',
    });
  });

  it('is nobody where too many have the same, and is told page by page', async () => {
    const many = `Jo ${unique()}`;
    for (let number = 0; number < 11; number += 1) await named(many);
    const names = [`Di ${unique()}`, `Eve ${unique()}`, `Flo ${unique()}`];
    for (const name of names) for (let number = 0; number < 2; number += 1) await named(name);
    const whole = await suggestions();
    expect(whole.nodes).toHaveLength(whole.totalCount);
    const values = whole.nodes.flatMap(({ evidence }) => evidence.map(({ value }) => value));
    expect(values.some((value) => value.includes(many.slice(3)))).toBe(false);
    for (const name of names) expect(values.some((value) => value.includes(name.slice(-8)))).toBe(true);
    const paged: Suggestion[] = [];
    for (let after: string | undefined; ;) {
      const page: Suggestions['mergeSuggestions'] = await suggestions({ first: 2, ...(after && { after }) });
      paged.push(...page.nodes);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(paged).toEqual(whole.nodes);
  });

  it('is each with the first, where more than ten have one mailbox under one name: a provider that makes addresses', async () => {
    const [name, local] = [`Kit ${unique()}`, `kit${unique()}`];
    const kits: string[] = [];
    for (let number = 0; number < 12; number += 1)
      kits.push(await named(name, [mail(`${local}+dated${number}@${number}.example`)]));
    const [first = '', second = '', ...others] = kits;
    for (const other of [second, ...others]) expect(await evidenceFor(first, other)).toEqual(['MAILBOX']);
    expect(await evidenceFor(second, others[0] ?? '')).toBeNull();
    // Of as many as ten again each speaks for each.
    for (const other of others.slice(0, 2))
      await rapport.mutate('mergeStakeholders', { survivorId: first, mergedId: other, reason: 'one' });
    expect(await evidenceFor(second, others[2] ?? '')).toEqual(['MAILBOX', 'NAME']);
  });
});

describe('a preview of a merge', () => {
  const preview = async (survivorId: string, mergedId: string) =>
    (
      await rapport.query<{ mergePreview: Input }>(
        `query ($survivorId: ID!, $mergedId: ID!) { mergePreview(survivorId: $survivorId, mergedId: $mergedId) {
          alreadyOne refusal { __typename message } handles { address } externalIds { id } interactionCount
          ownership { owner { name } } standing { stance tone } conversions { kind occurredAt }
          survivor { id interactionCount standing { stance } } merged { id interactionCount standing { stance } } } }`,
        { survivorId, mergedId },
      )
    ).mergePreview;

  it('tells what will be, and writes nothing', async () => {
    const [ann, bob] = [await people.somebody('Ann'), await people.somebody('Bob')];
    await people.say(byHandle(ann), 1, { tone: -1 });
    await people.say(byHandle(bob), 61, { tone: 1 });
    const { colleague } = await rapport.mutate('addColleague', { name: 'Kim' });
    await rapport.mutate('assignOwner', { stakeholderId: bob.id, ownerId: colleague.id });
    const head = async () => (await rapport.query<{ log: { head: string } }>('{ log { head } }')).log.head;
    const before = await head();
    expect(await preview(ann.id, bob.id)).toEqual({
      alreadyOne: false,
      refusal: null,
      handles: [{ address: `${ann.name}@example.org` }, { address: `${bob.name}@example.org` }],
      externalIds: [],
      interactionCount: 2,
      ownership: { owner: { name: 'Kim' } },
      standing: { stance: 'SUPPORTER', tone: 0.2 },
      conversions: [{ kind: 'WON_OVER', occurredAt: dateOf(61) }],
      survivor: { id: ann.id, interactionCount: 1, standing: { stance: 'DETRACTOR' } },
      merged: { id: bob.id, interactionCount: 1, standing: { stance: 'SUPPORTER' } },
    });
    expect(await head()).toBe(before);
    await people.merge(ann, bob);
    const merged = await rapport.stakeholder(bob.id);
    expect(merged).toMatchObject({ id: ann.id, interactionCount: 2, standing: { stance: 'SUPPORTER', tone: 0.2 } });
    expect(await preview(bob.id, ann.id)).toMatchObject({ alreadyOne: true, refusal: null, interactionCount: 2 });
  });

  it('says what stands in the way', async () => {
    const ann = await people.somebody('Ann');
    const acme = await people.somebody('Acme', { kind: 'ORGANISATION' });
    expect(await preview(ann.id, acme.id)).toMatchObject({ refusal: { __typename: 'KindsDiffer' } });
    expect(await preview(ann.id, ann.id)).toMatchObject({ refusal: { __typename: 'SameStakeholder' } });
    const nobody = Buffer.from(`Stakeholder:${randomUUID()}`).toString('base64url');
    expect(await preview(ann.id, nobody)).toBeNull();
  });
});
