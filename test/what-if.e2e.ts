import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client, FormattedExecutionResult } from 'graphql-ws';
import { type Input, type Rapport, rapportAt, until } from './client.js';
import { type TestService, startTestService } from './service.js';

const dateOf = (day: number): string => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString();

interface Told {
  readonly __typename: string;
  readonly id: string;
  readonly message: string;
  readonly runningId: string | null;
  readonly startedAt: string | null;
  readonly runningMax: number;
  readonly position: string;
  readonly facts: number;
  readonly stanceRule: { readonly name: string; readonly halfLifeDays: number; readonly supporterMin: number };
  readonly conversionRule: { readonly name: string; readonly rungs: readonly string[] };
  readonly summary: object;
  readonly liveSummary: object;
  readonly curve: { readonly rule: string; readonly stanceRule: string; readonly converted: number };
  readonly liveCurve: object;
  readonly countedByBoth: number;
  readonly gained: number;
  readonly missing: number;
  readonly conversions: readonly Passage[];
  readonly missingConversions: readonly Passage[];
}
interface Passage {
  readonly kind: string;
  readonly liveToo: boolean;
  readonly stakeholder: { readonly name: string };
}

const summary = `stakeholdersByStance { stance count } passages { from to count } conversions { kind count }
  episodes { highest count } rule stanceRule`;
const curve = `spells converted censored relapsed medianDays points { days atRisk survival lower upper }
  definition spellDefinition rule stanceRule`;
const passage = 'kind occurredAt since liveToo stakeholder { id name }';
const selected = `__typename ... on Refusal { message } ... on WhatIfIsRunning { runningId startedAt }
  ... on TooManyWhatIfs { runningMax } ... on WhatIfProgress { id facts stakeholders ofStakeholders }
  ... on WhatIfAnswer { id position facts stanceRule { name halfLifeDays supporterMin channelWeights { channel weight } }
    conversionRule { name rungs } summary { ${summary} } liveSummary { ${summary} }
    curve { ${curve} } liveCurve { ${curve} } countedByBoth gained missing
    conversions { ${passage} } missingConversions { ${passage} } }`;
const document = `subscription ($stance: StanceRuleChanges, $conversion: ConversionRuleChanges, $asOf: AsOf, $atLeast: Position,
  $during: Period) { whatIf(stance: $stance, conversion: $conversion, asOf: $asOf, atLeast: $atLeast, during: $during) { ${selected} } }`;

let service: TestService;
let rapport: Rapport;
let position: string;
const clients: Client[] = [];

beforeAll(async () => {
  service = await startTestService();
  rapport = rapportAt({ url: service.url, token: service.adminToken });
  const ids: string[] = [];
  for (const name of ['mia', 'leo']) ids.push((await rapport.identify(name)).stakeholder.id);
  const [mia = '', leo = ''] = ids;
  const says = (id: string, tone: number, day: number, input: Input = {}) =>
    rapport.record({ tone, occurredAt: dateOf(day), with: [{ stakeholderId: id }], ...input });
  await says(mia, -1, 0, { channel: 'FORUM' });
  await says(mia, 1, 60, { channel: 'EMAIL' });
  // Half as friendly: T comes to (-0.5 + 0.6) / 2.5 = 0.04.
  await says(leo, -1, 0, { channel: 'EMAIL' });
  ({ position } = await says(leo, 0.6, 60, { channel: 'EMAIL' }));
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await service.stop();
});

const clientOf = (token = service.adminToken): Client => {
  const client = rapportAt({ url: service.url, token }).subscriber();
  clients.push(client);
  return client;
};

/** The same once its socket stands, which it does as long as something is subscribed to. */
const connected = async (client: Client): Promise<Client> => {
  const stands = new Promise((resolve) => client.on('connected', resolve));
  client.subscribe(
    { query: 'subscription { events { position } }' },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  await stands;
  return client;
};

const asking = (variables: Input = {}, client = clientOf()) =>
  client.iterate<{ readonly whatIf: Told }>({ query: document, variables: { atLeast: position, ...variables } });

type Answers = AsyncIterableIterator<FormattedExecutionResult<{ readonly whatIf: Told }, unknown>>;

/** What it tells, up to its end; the answer, or a refusal, is last. */
const allOf = async (answers: Answers): Promise<readonly Told[]> => {
  const told: Told[] = [];
  for await (const { data, errors } of answers) {
    if (data == null) throw new Error(JSON.stringify(errors));
    told.push(data.whatIf);
  }
  return told;
};

const answerOf = async (variables?: Input): Promise<Told> => {
  const last = (await allOf(asking(variables))).at(-1);
  if (last?.__typename !== 'WhatIfAnswer') throw new Error(`No answer, but ${JSON.stringify(last)}.`);
  return last;
};

const past = { asOf: { validAt: dateOf(100) } };

describe('a what-if', () => {
  it('answers what other rules would count, beside what the live ones do', async () => {
    const answer = await answerOf({ ...past, stance: { supporterMin: 0.02, criticMax: -0.2, hysteresis: 0.01 } });
    expect(answer).toMatchObject({
      ...{ countedByBoth: 1, gained: 1, missing: 1, facts: 4 },
      stanceRule: { name: expect.stringMatching(/^tone-v1\+[0-9a-f]{8}$/), supporterMin: 0.02, halfLifeDays: 60 },
      conversionRule: { name: 'advocacy-v1', rungs: ['DEFUSED', 'WON_OVER', 'CONVERTED'] },
      summary: { episodes: [{ highest: 'WON_OVER', count: 2 }], rule: 'advocacy-v1' },
      liveSummary: {
        episodes: [
          { highest: 'DEFUSED', count: 1 },
          { highest: 'WON_OVER', count: 1 },
        ],
        stanceRule: 'tone-v1',
      },
      curve: { spells: 2, converted: 2, medianDays: 60, stanceRule: answer.stanceRule.name },
      liveCurve: { spells: 2, converted: 1, stanceRule: 'tone-v1' },
    });
    expect(answer.conversions.map(({ kind, liveToo, stakeholder }) => [stakeholder.name, kind, liveToo])).toEqual([
      ['leo', 'WON_OVER', false],
      ['mia', 'WON_OVER', true],
    ]);
    expect(answer.missingConversions.map(({ kind, stakeholder }) => [stakeholder.name, kind])).toEqual([
      ['leo', 'DEFUSED'],
    ]);
  });

  it('weighs channels and acts, and counts the rungs and the tones that it is told', async () => {
    const deaf = await answerOf({ ...past, stance: { channelWeights: [{ channel: 'FORUM', weight: 0 }] } });
    // What mia said in the forum is not heard.
    expect(deaf).toMatchObject({ curve: { spells: 1, converted: 0 }, stanceRule: { channelWeights: [{ weight: 0 }] } });
    const strict = await answerOf({ ...past, conversion: { rungs: ['CONVERTED'] } });
    expect(strict).toMatchObject({ countedByBoth: 0, gained: 0, missing: 2, stanceRule: { name: 'tone-v1' } });
    const cold = await answerOf({ ...past, conversion: { positiveAbove: 0.8 } });
    expect(cold.conversions.map(({ stakeholder }) => stakeholder.name)).toEqual(['mia']);
  });

  it('answers under the rules in force exactly what the live queries do', async () => {
    for (const variables of [past, { asOf: { validAt: dateOf(30) } }, { during: { from: dateOf(1) }, ...past }]) {
      const answer = await answerOf(variables);
      const live = await rapport.query<{ summary: object; curve: object }>(
        `query ($asOf: AsOf, $atLeast: Position, $during: Period) {
          summary: advocacySummary(asOf: $asOf, atLeast: $atLeast, during: $during) { ${summary} }
          curve: conversionCurve(asOf: $asOf, atLeast: $atLeast) { ${curve} } }`,
        { atLeast: position, ...variables },
      );
      expect({ summary: answer.summary, curve: answer.curve }).toEqual(live);
      expect({ summary: answer.liveSummary, curve: answer.liveCurve }).toEqual(live);
      expect(answer).toMatchObject({ gained: 0, missing: 0 });
    }
  });

  it('leaves the log as it was', async () => {
    const head = async () => (await rapport.query<{ log: { head: string } }>('{ log { head } }')).log.head;
    const before = await head();
    await answerOf({ stance: { halfLifeDays: 10 } });
    expect(await head()).toBe(before);
  });

  it('names everything that keeps numbers from being a rule', async () => {
    const stance = {
      halfLifeDays: 0,
      criticMax: -0.9,
      acts: ['COMPLAINT'],
      channelWeights: [{ channel: 'WEB', weight: 11 }],
    };
    const failed = await asking({ stance, conversion: { rungs: [] } })
      .next()
      .then(
        ({ value }) => (value as { errors?: unknown } | undefined)?.errors,
        (errors: unknown) => errors,
      );
    const [{ extensions }] = failed as [{ extensions: { code: string; faults: { path: string[] }[] } }];
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(extensions.faults.map(({ path }) => path.join('.'))).toEqual([
      ...['stance.halfLifeDays', 'stance.criticMax', 'stance.acts', 'stance.channelWeights', 'conversion.rungs'],
    ]);
  });
});

describe('what-ifs at one time', () => {
  it('are one for each key: the second is refused, naming the first', async () => {
    const client = clientOf();
    const [one, other] = await Promise.all([allOf(asking({}, client)), allOf(asking({}, client))]);
    const [answered, refused] = one.at(-1)?.__typename === 'WhatIfAnswer' ? [one, other] : [other, one];
    expect(answered.at(-1)?.__typename).toBe('WhatIfAnswer');
    expect(refused).toEqual([
      {
        __typename: 'WhatIfIsRunning',
        message: `The what-if ${answered.at(-1)?.id} of this key runs; end its subscription first.`,
        runningId: answered.at(-1)?.id,
        startedAt: expect.any(String),
      },
    ]);
    expect((await allOf(asking({}, client))).at(-1)?.__typename).toBe('WhatIfAnswer');
  });

  it('are so many, whichever keys they are of', async () => {
    const tokens = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await service.makeKey('reader', name)).token),
    );
    // What is asked over sockets that stand arrives at once.
    const askers = await Promise.all(tokens.map((token) => connected(clientOf(token))));
    const last = (await Promise.all(askers.map((client) => allOf(asking({}, client))))).map((told) => told.at(-1));
    expect(last.map((told) => told?.__typename).sort()).toEqual(['TooManyWhatIfs', 'WhatIfAnswer', 'WhatIfAnswer']);
  });

  it('end with their subscription, and with the connection of whoever asked', async () => {
    const again = (client?: Client) =>
      until(
        'the key may ask again',
        async () => (await allOf(asking({}, client))).at(-1)?.__typename === 'WhatIfAnswer',
      );
    const client = clientOf();
    const unsubscribed = asking({}, client);
    const told = unsubscribed.next();
    await unsubscribed.return?.();
    await told;
    await again(client);

    const gone = clientOf();
    const answers = asking({}, gone);
    const never = answers.next().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    gone.terminate();
    await never;
    await again();
  });

  it('keep nobody from recording, and do not count what is recorded meanwhile', async () => {
    const answered = new AbortController();
    const answering = answerOf({ stance: { halfLifeDays: 30 } }).finally(() => answered.abort());
    const recorded: string[] = [];
    while (!answered.signal.aborted) recorded.push((await rapport.record({ tone: 0.5 })).position);
    expect(recorded.length).toBeGreaterThan(1);
    expect((await answering).position < (recorded.at(-1) ?? '')).toBe(true);
  });
});
