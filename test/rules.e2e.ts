import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Input, type Rapport, rapportAt, readingItsWrites, ready, until } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

interface Summary {
  readonly rule: string;
  readonly stanceRule: string;
  readonly conversions: readonly { readonly kind: string; readonly count: number }[];
}
interface Defined {
  readonly __typename: string;
  readonly already: boolean;
  readonly position: string;
  readonly rule: string;
  readonly rules: {
    readonly inForce: { readonly stance: string; readonly conversion: string };
    readonly live: readonly { readonly stance: string; readonly conversion: string; readonly answers: boolean }[];
  };
}

let service: TestService;
let rapport: Rapport;
let before: string;
let leo: string;

const summary = `stakeholdersByStance { stance count } passages { from to count } conversions { kind count }
  episodes { highest count } rule stanceRule`;
const chosen = `... on Refusal { message } ... on RuleNotFound { rule }`;
const versions = '{ inForce { stance conversion } live { stance conversion answers } stance { name supporterMin } }';
const done = `already position rule rules ${versions}`;
const mild = { supporterMin: 0.02, criticMax: -0.2, hysteresis: 0.01 };
const past = { validAt: dateOf(100) };

const start = async (dataFolder?: string): Promise<void> => {
  service = await startTestService({ ...(dataFolder !== undefined && { dataFolder }) });
  rapport = readingItsWrites(rapportAt({ url: service.url, token: service.adminToken }));
};

beforeAll(async () => {
  await start();
  const ids: string[] = [];
  for (const name of ['mia', 'leo']) ids.push((await rapport.identify(name)).stakeholder.id);
  const [mia = '', other = ''] = ids;
  leo = other;
  const says = (id: string, tone: number, day: number) =>
    rapport.record({ tone, occurredAt: dateOf(day), with: [{ stakeholderId: id }] });
  await says(mia, -1, 0);
  await says(mia, 1, 60);
  await says(leo, -1, 0);
  // T comes to (-0.5 + 0.6) / 2.5 = 0.04.
  before = (await says(leo, 0.6, 60)).position;
});
afterAll(() => service.stop());

const summaryOf = (variables: Input = {}): Promise<Summary> =>
  rapport
    .query<{ summary: Summary }>(
      `query ($asOf: AsOf, $rules: RulesAsked, $atLeast: Position) {
        summary: advocacySummary(asOf: $asOf, rules: $rules, atLeast: $atLeast) { ${summary} } }`,
      { asOf: past, ...variables },
    )
    .then((answer) => answer.summary);

const define = async (input: Input): Promise<Defined> =>
  (
    await rapport.query<{ outcome: Defined }>(
      `mutation ($input: DefineRuleInput!) { outcome: defineRule(input: $input) { __typename ${chosen} ... on RuleWasDefined { ${done} } } }`,
      { input: { reason: 'tried it', ...input } },
    )
  ).outcome;

const put = async (rule: string): Promise<Defined> =>
  (
    await rapport.query<{ outcome: Defined }>(
      `mutation ($input: PutRuleInForceInput!) { outcome: putRuleInForce(input: $input) { __typename ${chosen} ... on RuleWasPutInForce { ${done} } } }`,
      { input: { reason: 'it is better', rule } },
    )
  ).outcome;

const answers = (stanceRule: string) =>
  until(`${stanceRule} answers`, async () => (await summaryOf()).stanceRule === stanceRule);

const whatIf = async (
  stance: Input,
  variables: Input = {},
): Promise<{ readonly summary: Summary; readonly liveSummary: Summary }> => {
  const client = rapport.subscriber();
  try {
    const told = client.iterate<{ whatIf: { __typename: string; summary: Summary; liveSummary: Summary } }>({
      query: `subscription ($stance: StanceRuleChanges, $asOf: AsOf, $rules: RulesAsked, $atLeast: Position) { whatIf(stance: $stance, asOf: $asOf, rules: $rules, atLeast: $atLeast) {
        __typename ... on WhatIfAnswer { summary { ${summary} } liveSummary { ${summary} } } } }`,
      variables: { stance, asOf: past, ...variables },
    });
    for await (const { data } of told) if (data?.whatIf.__typename === 'WhatIfAnswer') return data.whatIf;
    throw new Error('The what-if had no answer.');
  } finally {
    await client.dispose();
  }
};

const wonOver = ({ conversions }: Summary) => conversions.find(({ kind }) => kind === 'WON_OVER')?.count;
const standings = `query ($id: ID!, $asOf: AsOf) { stakeholder(id: $id, asOf: $asOf) {
  now: standing { stance rule } then: standing(rules: { stance: "tone-v1" }) { stance rule }
  conversions(first: 1) { nodes { id kind rule } } first: conversions(first: 1, rules: { stance: "tone-v1" }) { nodes { id kind } }
  standings(first: 5) { nodes { stance } } } }`;

describe('another version of a rule', () => {
  let inForce: string;

  it('is defined by what differs, and asked for again it is the same', async () => {
    const defined = await define({ stance: mild });
    expect(defined).toMatchObject({ __typename: 'RuleWasDefined', rule: 'tone-v2', already: false });
    expect(defined.rules).toMatchObject({
      inForce: { stance: 'tone-v1', conversion: 'advocacy-v1' },
      live: [{ stance: 'tone-v1', conversion: 'advocacy-v1', answers: true }],
    });
    expect(await define({ stance: mild })).toMatchObject({ rule: 'tone-v2', already: true });
    expect(await define({ stance: { supporterMin: 0.15 }, basedOn: 'tone-v1' })).toMatchObject({ rule: 'tone-v1' });
  });

  it('answers once its rows have caught up, as a what-if had said', async () => {
    const asked = await whatIf(mild, { atLeast: before });
    const first = await summaryOf({ atLeast: before });
    expect([first.stanceRule, wonOver(first)]).toEqual(['tone-v1', 1]);
    const done = await put('tone-v2');
    expect(done).toMatchObject({ __typename: 'RuleWasPutInForce', rule: 'tone-v2', already: false });
    inForce = done.position;
    await answers('tone-v2');
    expect({ ...(await summaryOf()), stanceRule: '' }).toEqual({ ...asked.summary, stanceRule: '' });
    expect(wonOver(asked.summary)).toBe(2);
  });

  it('tells who is near at a stance, and what a merge would come to, by the rule in force', async () => {
    const ann = (await rapport.identify('ann')).stakeholder.id;
    const source = { name: 'crm', id: 'ann knows leo' };
    await rapport.mutate('recordTie', { stakeholderId: ann, otherId: leo, kind: 'KNOWS', source });
    const told = await rapport.query<{
      stakeholder: { near: { nodes: readonly { stakeholder: Input }[] } };
      mergePreview: { standing: Input; conversions: readonly Input[] };
    }>(
      `query ($ann: ID!, $leo: ID!) {
        stakeholder(id: $ann) { near(stances: [SUPPORTER]) { totalCount nodes { stakeholder { name standing { stance rule } } } } }
        mergePreview(survivorId: $leo, mergedId: $ann) { standing { stance rule } conversions { kind occurredAt } } }`,
      { ann, leo },
    );
    const standing = { stance: 'SUPPORTER', rule: 'tone-v2' };
    expect(told).toEqual({
      stakeholder: { near: { totalCount: 1, nodes: [{ stakeholder: { name: 'leo', standing } }] } },
      mergePreview: { standing, conversions: [{ kind: 'WON_OVER', occurredAt: dateOf(60) }] },
    });
  });

  it('leaves the one before answerable, by its name and as of when it was in force', async () => {
    const named = await summaryOf({ rules: { stance: 'tone-v1', conversion: 'advocacy-v1' } });
    expect([named.stanceRule, wonOver(named)]).toEqual(['tone-v1', 1]);
    const asOf = async (knownAtPosition: string) =>
      (await summaryOf({ asOf: { ...past, knownAtPosition } })).stanceRule;
    expect(await asOf(before)).toBe('tone-v1');
    expect(await asOf(inForce)).toBe('tone-v2');
    expect(
      (await summaryOf({ asOf: { ...past, knownAtPosition: before }, rules: { stance: 'tone-v2' } })).stanceRule,
    ).toBe('tone-v2');
  });

  it('says where somebody stands, what counted, and who is in a list by stance', async () => {
    const { stakeholder } = await rapport.query<{ stakeholder: Readonly<Record<string, unknown>> }>(standings, {
      id: leo,
      asOf: past,
    });
    expect(stakeholder).toMatchObject({
      now: { stance: 'SUPPORTER', rule: 'tone-v2' },
      then: { stance: 'NEUTRAL', rule: 'tone-v1' },
      conversions: { nodes: [{ kind: 'WON_OVER', rule: 'advocacy-v1' }] },
      first: { nodes: [{ kind: 'DEFUSED' }] },
      standings: { nodes: [{ stance: 'DETRACTOR' }, { stance: 'SUPPORTER' }] },
    });
    const ids = ['conversions', 'first'].map(
      (field) => (stakeholder[field] as { nodes: { id: string }[] }).nodes[0]?.id ?? '',
    );
    // An id is found whichever rules counted it.
    for (const id of ids)
      expect(await rapport.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: { id } });
    const { stakeholders } = await rapport.query<{ stakeholders: { nodes: { name: string }[] } }>(
      'query ($asOf: AsOf) { stakeholders(where: { stances: [SUPPORTER] }, asOf: $asOf) { nodes { name } } }',
      { asOf: past },
    );
    expect(stakeholders.nodes.map(({ name }) => name)).toEqual(['leo', 'mia']);
    const { conversionCurve, conversionRates } = await rapport.query<Readonly<Record<string, Summary>>>(
      `query ($asOf: AsOf) { conversionCurve(asOf: $asOf) { converted stanceRule }
        conversionRates(asOf: $asOf, rules: { stance: "tone-v1" }) { converted stanceRule } }`,
      { asOf: past },
    );
    expect(conversionCurve).toEqual({ converted: 2, stanceRule: 'tone-v2' });
    expect(conversionRates).toEqual({ converted: 1, stanceRule: 'tone-v1' });
  });

  it('measures the goals that are set while it is in force', async () => {
    const ownerId = (await rapport.mutate('addColleague', { name: 'Kim' })).colleague.id;
    const [from, until] = [1, 2].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const terms = { measure: 'STAKEHOLDERS_AT_STANCE', stances: ['SUPPORTER'], target: 3, from, until };
    const { goal } = await rapport.mutate('setGoal', { ...terms, ownerId, reason: 'agreed on' });
    const told = await rapport.query<{ goal: unknown }>(
      'query ($id: ID!) { goal(id: $id) { baseline { value stanceRule } outcome { value stanceRule } } }',
      { id: goal.id },
    );
    const measured = { value: 2, stanceRule: 'tone-v2' };
    expect(told.goal).toEqual({ baseline: measured, outcome: { ...measured, value: null } });
  });

  it('is what a what-if is held against, and both are kept up with what is recorded', async () => {
    const { position } = await rapport.record({ tone: -1, occurredAt: dateOf(70), with: [{ stakeholderId: leo }] });
    const named = { asOf: past, atLeast: position };
    const lost = ({ conversions }: Summary) => conversions.find(({ kind }) => kind === 'RELAPSED')?.count;
    expect(lost(await summaryOf(named))).toBe(1);
    const first = await summaryOf({ ...named, rules: { stance: 'tone-v1' } });
    expect(first.conversions.find(({ kind }) => kind === 'RESURFACED')?.count).toBe(1);
    const held = await whatIf({});
    expect(held.summary).toEqual(held.liveSummary);
    expect(held.summary.stanceRule).toBe('tone-v2');
  });

  it('answers in every instance', async () => {
    const other = await startTestService({ dataFolder: service.dataFolder });
    const there = rapportAt({ url: other.url, token: service.adminToken });
    const ask = () => there.query<{ advocacySummary: Summary }>('{ advocacySummary { rule stanceRule } }');
    const rule = async () => (await ask()).advocacySummary.stanceRule;
    await until('the other answers by tone-v2', async () => (await rule()) === 'tone-v2');
    await put('tone-v1');
    await until('the other answers by tone-v1', async () => (await rule()) === 'tone-v1');
    await put('tone-v2');
    await until('the other answers by tone-v2 again', async () => (await rule()) === 'tone-v2');
    await other.stop(true);
  });

  it('stays in force over a restart', async () => {
    await service.stop(true);
    await start(service.dataFolder);
    await ready(rapport);
    expect((await summaryOf()).stanceRule).toBe('tone-v2');
  });

  it('has rows while it is among the newest in force; the others are answered by what-if', async () => {
    for (const [supporterMin, rule] of [
      [0.3, 'tone-v3'],
      [0.4, 'tone-v4'],
    ] as const) {
      expect(await define({ stance: { supporterMin }, basedOn: 'tone-v1', putInForce: true })).toMatchObject({ rule });
      await answers(rule);
    }
    const { rules } = await rapport.query<{ rules: Defined['rules'] }>(`{ rules ${versions} }`);
    expect(rules.live.map(({ stance, answers: yes }) => [stance, yes])).toEqual([
      ['tone-v1', true],
      ['tone-v4', true],
      ['tone-v3', true],
    ]);
    const refused = await rapport.refusal(`{ advocacySummary(rules: { stance: "tone-v2" }) { rule } }`);
    expect(refused).toMatchObject({ code: 'LIMIT_EXCEEDED', extensions: { limit: 'liveRules', allowed: 3 } });
    const named = await whatIf({}, { rules: { stance: 'tone-v2' } });
    expect([named.summary.stanceRule, named.liveSummary.stanceRule]).toEqual(['tone-v2', 'tone-v4']);
    const then = await whatIf({}, { asOf: { ...past, knownAtPosition: inForce } });
    expect([then.summary.stanceRule, then.liveSummary.stanceRule]).toEqual(['tone-v2', 'tone-v1']);
    expect([wonOver(then.summary), wonOver(then.liveSummary)]).toEqual([2, 1]);
    if (process.env['READ_STORE_URL'] === undefined) {
      const files = await readdir(join(service.dataFolder, 'read'));
      expect(files.filter((file) => file.includes('tone-v2'))).toEqual([]);
    }
    expect(await put('tone-v1')).toMatchObject({ rules: { inForce: { stance: 'tone-v1' } } });
    expect((await summaryOf()).stanceRule).toBe('tone-v1');
  });
});

describe('rules are refused', () => {
  it('where there are none of the name', async () => {
    expect(await put('tone-v99')).toMatchObject({ __typename: 'RuleNotFound', rule: 'tone-v99' });
    expect(await put('nothing')).toMatchObject({ __typename: 'RuleNotFound' });
    expect(await define({ stance: mild, basedOn: 'tone-v99' })).toMatchObject({ __typename: 'RuleNotFound' });
    const refused = await rapport.refusal(`{ advocacySummary(rules: { conversion: "x" }) { rule } }`);
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', faultyPaths: ['rules.conversion'] });
  });

  it('with every fault of their parameters, and to whoever is not an admin', async () => {
    const mutation = 'mutation ($input: DefineRuleInput!) { defineRule(input: $input) { __typename } }';
    const faults = async (input: Input) =>
      (await rapport.refusal(mutation, { input: { reason: 'r', ...input } })).faultyPaths;
    expect(await faults({ stance: { halfLifeDays: 0, hysteresis: 0.4 } })).toEqual([
      'input.stance.halfLifeDays',
      'input.stance.hysteresis',
    ]);
    expect(await faults({})).toEqual(['input.stance']);
    expect(await faults({ stance: {}, conversion: {} })).toEqual(['input.stance']);
    const { token } = await service.makeKey('recorder');
    const recorder = rapportAt({ url: service.url, token });
    expect(await recorder.refusal(mutation, { input: { reason: 'r', stance: {} } })).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});
