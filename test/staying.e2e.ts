import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites } from './client.js';
import { type Somebody, byHandle, dateOf, handleOf, peopleToMerge } from './people-to-merge.js';
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

const reason = 'as it was';
let said = 0;
const fromCrm = (): Input => ({ source: { name: 'crm', id: `s${(said += 1)}` } });
const tie = async (one: Somebody, other: Somebody): Promise<string> =>
  (
    await rapport.mutate('recordTie', {
      ...{ kind: 'KNOWS', stakeholderId: one.id, otherId: other.id, from: dateOf(1), ...fromCrm() },
    })
  ).tie.id;
const belong = async (person: Somebody, organisation: Somebody): Promise<string> =>
  (
    await rapport.mutate('startAffiliation', {
      ...{ personId: person.id, organisationId: organisation.id, from: dateOf(1), ...fromCrm() },
    })
  ).affiliation.id;

interface Listed {
  readonly totalCount: number;
  readonly nodes: readonly { readonly id: string }[];
}
interface Merge {
  readonly mergedId: string;
  readonly unmergedReason: string | null;
  readonly staying: Listed;
  readonly stayingFacts: readonly unknown[];
  readonly stayingTies: Listed;
  readonly stayingAffiliations: Listed;
  readonly stayingSurveyAnswers: readonly unknown[];
  readonly stayingOwnerChanges: readonly unknown[];
  readonly stayingHandles: readonly unknown[];
  readonly stayingExternalIds: readonly unknown[];
}
const staying = `mergedId unmergedReason staying { totalCount } stayingFacts { __typename }
  stayingTies { totalCount nodes { id state } } stayingAffiliations { totalCount nodes { id state } }
  stayingSurveyAnswers { survey score } stayingOwnerChanges { __typename } stayingHandles { address } stayingExternalIds { id }`;
const mergesOf = async (id: string, asOf?: Input): Promise<readonly Merge[]> =>
  (
    await rapport.query<{ stakeholder: { merges: readonly Merge[] } }>(
      `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) { merges { ${staying} } } }`,
      { id, ...(asOf === undefined ? {} : { asOf }) },
    )
  ).stakeholder.merges;
const unmerge = async (survivor: Somebody, merged: Somebody, commandId?: string): Promise<{ readonly merge: Merge }> =>
  (
    await rapport.query<{ outcome: { readonly merge: Merge } }>(
      `mutation ($input: UnmergeStakeholderInput!) { outcome: unmergeStakeholder(input: $input) {
        ... on StakeholderUnmerged { position merge { ${staying} } } } }`,
      { input: { survivorId: survivor.id, mergedId: merged.id, reason: 'two after all', commandId } },
    )
  ).outcome;
const related = async (id: string) =>
  (
    await rapport.query<{ stakeholder: { ties: Listed; affiliations: Listed } }>(
      'query ($id: ID!) { stakeholder(id: $id) { ties { totalCount nodes { id } } affiliations { totalCount nodes { id } } } }',
      { id },
    )
  ).stakeholder;
const ids = ({ nodes }: Listed): readonly string[] => nodes.map(({ id }) => id).toSorted();

const fourPeople = async () => ({
  ann: await people.somebody('Ann'),
  bob: await people.somebody('Bob'),
  cy: await people.somebody('Cy'),
  acme: await people.somebody('Acme', { kind: 'ORGANISATION' }),
});

describe('what is recorded while two are one', () => {
  it('and names no handle stays with who remained, and all of it is listed by what unmerges them', async () => {
    const { ann, bob, cy, acme } = await fourPeople();
    const before = { ann: await tie(ann, cy), bob: await tie(bob, cy) };
    const worked = await belong(bob, acme);
    const promised = await rapport.mutate('makeCommitment', {
      ...{ stakeholderId: bob.id, promise: 'a fix', occurredAt: dateOf(1), dueAt: dateOf(9) },
    });
    await people.merge(ann, bob);

    const during = { tie: await tie(bob, cy), toThem: await tie(cy, bob), post: await belong(bob, acme) };
    await rapport.mutate('endTie', { tieId: during.toThem, occurredAt: dateOf(3) });
    await rapport.mutate('recordSurveyAnswer', { stakeholderId: bob.id, survey: 'spring', score: 9 });
    const ownerId = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    await rapport.mutate('assignOwner', { stakeholderId: bob.id, ownerId });
    await rapport.mutate('addHandle', { stakeholderId: bob.id, handle: handleOf(`new${ann.name}`) });
    await rapport.mutate('addExternalId', { stakeholderId: bob.id, externalId: { system: 'crm', id: ann.name } });
    await rapport.mutate('takeStep', { stakeholderId: bob.id, step: 'LISTEN', occurredAt: dateOf(2) });
    // What ends or takes back what is another's stands with that, and goes with it.
    const commitmentId = promised.factId;
    expect(await rapport.mutate('keepCommitment', { stakeholderId: ann.id, commitmentId, reason })).toMatchObject({
      __typename: 'CommitmentWasKept',
    });
    await people.say(byHandle(bob), 4);
    await people.say({ stakeholderId: bob.id }, 5);

    const expected = {
      mergedId: bob.id,
      staying: { totalCount: 1 },
      stayingFacts: [{ __typename: 'StepTaken' }],
      stayingTies: { totalCount: 2 },
      stayingAffiliations: { totalCount: 1, nodes: [{ id: during.post, state: 'HOLDING' }] },
      stayingSurveyAnswers: [{ survey: 'spring', score: 9 }],
      stayingOwnerChanges: [{ __typename: 'OwnerAssigned' }],
      stayingHandles: [{ address: handleOf(`new${ann.name}`)['address'] }],
      stayingExternalIds: [{ id: ann.name }],
    };
    // As it would be, and as it is.
    const [held] = await mergesOf(ann.id);
    expect(held).toMatchObject({ ...expected, unmergedReason: null });
    const commandId = '9d7ba1a3-2a63-4d54-9d7e-0d35f1a54f0c';
    const { merge } = await unmerge(ann, bob, commandId);
    expect(merge).toMatchObject({ ...expected, unmergedReason: 'two after all' });
    expect(ids(merge.stayingTies)).toEqual([during.tie, during.toThem].toSorted());
    expect((await unmerge(ann, bob, commandId)).merge).toEqual(merge);
    expect((await mergesOf(ann.id))[0]).toEqual(merge);
    expect(await mergesOf(bob.id)).toEqual([]);

    const [hers, his] = [await related(ann.id), await related(bob.id)];
    expect(ids(hers.ties)).toEqual([before.ann, during.tie].toSorted());
    expect(ids(his.ties)).toEqual([before.bob]);
    expect([ids(hers.affiliations), ids(his.affiliations)]).toEqual([[during.post], [worked]]);
  });

  it('is listed page by page, and of an organisation by who belongs to it', async () => {
    const { ann, bob, cy, acme } = await fourPeople();
    const works = await people.somebody('Works', { kind: 'ORGANISATION' });
    await people.merge(acme, works);
    const posts = [await belong(ann, works), await belong(bob, acme), await belong(cy, works)];
    const [merge] = await mergesOf(acme.id);
    expect(merge?.stayingAffiliations.totalCount).toBe(3);
    interface Page {
      readonly stakeholder: {
        readonly merges: readonly {
          readonly stayingAffiliations: Listed & {
            readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
          };
        }[];
      };
    }
    const page = async (after: string | null) => {
      const { stakeholder } = await rapport.query<Page>(
        `query ($id: ID!, $after: String) { stakeholder(id: $id) { merges { stayingAffiliations(first: 2, after: $after) {
          totalCount nodes { id } pageInfo { hasNextPage endCursor } } } } }`,
        { id: works.id, after },
      );
      const [first] = stakeholder.merges;
      if (first === undefined) throw new Error('No merge is told.');
      return first.stayingAffiliations;
    };
    const first = await page(null);
    expect([first.nodes.length, first.pageInfo.hasNextPage]).toEqual([2, true]);
    const rest = await page(first.pageInfo.endCursor);
    expect([...ids(first), ...ids(rest)].toSorted()).toEqual(posts.toSorted());
  });

  it('is told of each merge by itself, of somebody merged by way of another too, and as of any past', async () => {
    const { ann, bob, cy, acme } = await fourPeople();
    await people.merge(bob, cy);
    const first = await belong(cy, acme);
    const { position } = await people.merge(ann, bob);
    const second = await belong(cy, acme);
    const told = async (id: string, asOf?: Input) =>
      (await mergesOf(id, asOf)).map(({ mergedId, stayingAffiliations }) => [
        bare(mergedId),
        ids(stayingAffiliations).map(bare).toSorted(),
      ]);
    // Of Bob, if he were parted again: what was recorded for all three stays with Ann. Of Cy: both stay with the others.
    const ofBob = [bare(bob.id), [bare(second)]];
    const ofCy = [bare(cy.id), [first, second].map(bare).toSorted()];
    expect(sorted(await told(ann.id))).toEqual(sorted([ofBob, ofCy]));
    expect(sorted(await told(ann.id, { knownAtPosition: position }))).toEqual(
      sorted([
        [bare(bob.id), []],
        [bare(cy.id), [bare(first)]],
      ]),
    );
    await unmerge(ann, bob);
    expect(await told(ann.id)).toEqual([ofBob]);
    expect(await told(bob.id)).toEqual([[bare(cy.id), [bare(first)]]]);
  });

  it('stays with whom it was recorded for, though they were merged the other way round since', async () => {
    const { ann, bob, cy } = await fourPeople();
    await people.merge(ann, bob);
    const during = await tie(bob, cy);
    await unmerge(ann, bob);
    await people.merge(bob, ann);
    const [turned, before] = await mergesOf(ann.id);
    expect(turned).toMatchObject({ mergedId: ann.id, stayingTies: { totalCount: 0 } });
    expect(before).toMatchObject({ mergedId: bob.id, stayingTies: { totalCount: 1, nodes: [{ id: during }] } });
  });
});

const bare = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().replace(/~.*$/, '');
const sorted = (all: readonly unknown[]): readonly string[] => all.map((each) => JSON.stringify(each)).toSorted();
