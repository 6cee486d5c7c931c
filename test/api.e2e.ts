import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toGlobalId } from '../src/graphql/ids.js';
import { ready } from './client.js';
import { ProbeModule } from './probe.js';
import { type TestService, startTestService } from './service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ also: [ProbeModule], env: { RAPPORT_WAIT_MS: '100' } });
  await ready(service);
});
afterAll(() => service.stop());

const codeOf = ({
  errors,
}: {
  readonly errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> }[] | undefined;
}): unknown => errors?.[0]?.extensions?.['code'];

describe('an operation', () => {
  const lift = `mutation ($input: LiftStoneInput!) { liftStone(input: $input) { __typename ... on Stone { id weight colour found neighbours { id weight } } ... on TooHeavy { message } } }`;
  it.each([
    [
      'with lists, enums, times and defaults in variables',
      lift,
      {
        input: {
          colour: 'DARK_RED',
          found: '2024-02-29T10:00:00+01:00',
          parts: [{ name: 'a' }, { name: 'b', size: 4 }],
        },
      },
    ],
    [
      'with another member of a union',
      lift,
      { input: { colour: 'GREEN', found: '2024-02-29T10:00:00Z', parts: [{ name: 'a', size: 101 }] } },
    ],
    [
      'with faults in what validates',
      lift,
      {
        input: {
          colour: 'GREEN',
          found: '2024-02-29T10:00:00Z',
          parts: [{ name: '' }, { name: 'toolong' }],
          beside: ['x'],
        },
      },
    ],
    ['with a variable of the wrong type', lift, { input: { colour: 'BLUE', found: 'yesterday', parts: [] } }],
    ['with an error in a list whose items are not null', '{ heap { weight crack } }', {}],
    ['with what may be null', '{ heap { neighbours { weight neighbours { weight colour } } } }', {}],
    [
      'with fragments on an interface',
      '{ nodes(ids: ["' +
        toGlobalId('Stone', '4') +
        '", "' +
        toGlobalId('Stone', '4000') +
        '"]) { __typename id ... on Stone { weight } } }',
      {},
    ],
    [
      'that skips and includes',
      'query ($yes: Boolean!) { heap { weight @skip(if: $yes) colour @include(if: $yes) } }',
      { yes: true },
    ],
    [
      'over a connection',
      '{ stones(first: 2) { totalCount edges { cursor node { weight } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }',
      {},
    ],
  ])('%s is answered alike before and after it is compiled', async (_what, query, variables) => {
    const answers = [];
    for (let times = 0; times < 4; times += 1) {
      const { status, data, errors } = await service.graphql(query, variables);
      answers.push({
        status,
        data,
        errors: errors?.map(({ extensions, ...error }) => ({
          ...error,
          extensions: { ...extensions, correlationId: null },
          message: error.message.replace(/[0-9a-f-]{36}/, 'ID'),
        })),
      });
    }
    const [first, ...others] = answers;
    // Compiled, an operation says of fewer nodes where in the document they stand.
    const bare = (answer: typeof first): unknown =>
      JSON.parse(JSON.stringify(answer, (key, value: unknown) => (key === 'locations' ? undefined : value)));
    for (const other of others) expect(bare(other)).toEqual(bare(first));
  });
});

describe('errors', () => {
  it('name every fault of an input at once, each with its path', async () => {
    const query = 'mutation ($input: LiftStoneInput!) { liftStone(input: $input) { __typename } }';
    const input = {
      colour: 'GREEN',
      found: '2024-02-29T10:00:00Z',
      parts: [{ name: '' }, { name: 'fine' }, { name: 'too long' }],
      beside: [toGlobalId('Other', '1')],
    };
    const answer = await service.graphql(query, { input });
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    expect(answer.errors?.[0]?.extensions?.['faults']).toEqual([
      { path: ['input', 'parts', 0, 'name'], message: expect.any(String) },
      { path: ['input', 'parts', 2, 'name'], message: expect.any(String) },
      { path: ['input', 'beside'], message: 'This is not the id of a Stone.' },
    ]);
  });

  it('say which revision it is now', async () => {
    const { errors } = await service.graphql('{ broken(how: "conflict") }');
    expect(errors?.[0]?.extensions).toEqual({ code: 'CONFLICT', currentRevision: 7 });
  });

  it('do not tell where the disk is full', async () => {
    const { errors } = await service.graphql('{ broken(how: "store") }');
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'UNAVAILABLE' }, path: ['broken'] });
    expect(JSON.stringify(errors)).not.toContain('secret');
  });

  it('tell nothing of what broke but where the log has it', async () => {
    const { errors, headers, status } = await service.graphql('{ broken(how: "bug") }');
    const correlationId = headers.get('x-correlation-id');
    expect([status, errors?.[0]?.extensions]).toEqual([200, { code: 'INTERNAL_SERVER_ERROR', correlationId }]);
    expect(JSON.stringify(errors)).not.toContain('Jane');
  });
});

describe('pages', () => {
  const page = (args: string) =>
    service.graphql<{ stones: { nodes: { weight: number }[]; pageInfo: Record<string, unknown> } }>(
      `{ stones${args} { nodes { weight } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`,
    );
  const weights = async (args: string): Promise<number[]> =>
    (await page(args)).data.stones.nodes.map(({ weight }) => weight);

  it('are of twenty where nothing is said', async () => expect(await weights('')).toHaveLength(20));

  it('follow on each other, both ways', async () => {
    const { endCursor } = (await page('(first: 3)')).data.stones.pageInfo;
    const second = await page(`(first: 2, after: "${String(endCursor)}")`);
    expect(second.data.stones).toMatchObject({
      nodes: [{ weight: 3 }, { weight: 4 }],
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
    });
    expect(await weights(`(last: 2, before: "${String(endCursor)}")`)).toEqual([0, 1]);
    expect(await weights('(last: 2)')).toEqual([48, 49]);
  });

  it.each([
    ['(first: 101)', ['first']],
    ['(first: -1)', ['first']],
    ['(first: 1, last: 1)', ['first']],
    ['(after: "nonsense")', ['after']],
  ])('refuse %s', async (args, path) => {
    const { errors } = await page(args);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      faults: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });
});

describe('the past', () => {
  const stone = async (args: string) => service.graphql<{ oldStone: { id: string } }>(`{ oldStone${args} { id } }`);
  const log = async () =>
    (await service.graphql<{ log: { start: string; head: string } }>('{ log { start head } }')).data.log;

  it('stands in the id of what was read as of it, and node leads back to it', async () => {
    const { head } = await log();
    const live = (await stone('')).data.oldStone.id;
    const old = (await stone(`(asOf: { knownAtPosition: "${head}" })`)).data.oldStone.id;
    expect(live).toBe(toGlobalId('Stone', '7'));
    expect(old).not.toBe(live);
    expect((await service.graphql(`{ node(id: "${old}") { id } }`)).data).toEqual({ node: { id: old } });
  });

  it('is not known by a time and by a position at once, and both faults are told', async () => {
    const { head } = await log();
    const { errors } = await stone(`(asOf: { knownAt: "2024-01-01T00:00:00Z", knownAtPosition: "${head}" })`);
    expect(errors?.[0]?.extensions?.['faults']).toEqual([
      { path: ['asOf', 'knownAtPosition'], message: expect.stringContaining('exclude') },
    ]);
  });

  it.each([
    ['asOf: { knownAtPosition: "0000000000000000-00000000000001" }', ['asOf', 'knownAtPosition']],
    ['atLeast: "0000000000000000-00000000000001"', ['atLeast']],
  ])('of another log is refused: %s', async (args, path) => {
    const { errors } = await stone(`(${args})`);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', faults: [{ path }] });
  });

  it('that has not come is refused', async () => {
    const beyond = (await log()).head.replace(/.{6}$/, 'ffffff');
    const { errors } = await stone(`(atLeast: "${beyond}")`);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining('beyond the end'),
      extensions: { faults: [{ path: ['atLeast'] }] },
    });
  });

  it('is waited for', async () => expect((await stone(`(atLeast: "${(await log()).head}")`)).errors).toBeUndefined());
});

describe('limits', () => {
  const limited = async (query: string, variables?: Readonly<Record<string, unknown>>) =>
    (await service.graphql(query, variables)).errors?.[0]?.extensions;

  it('hold for depth', async () => {
    const deep = `{ heap ${'{ neighbours '.repeat(17)}{ id }${' }'.repeat(17)} }`;
    expect(await limited(deep)).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'depth', allowed: 16, actual: 19 });
  });

  it('hold for aliases, also in fragments', async () => {
    const query = `{ ...A ...A } fragment A on Query { ${Array.from({ length: 30 }, (_, index) => `a${index}: whoAmI`).join(' ')} }`;
    expect(await limited(query)).toEqual({ code: 'LIMIT_EXCEEDED', limit: 'aliases', allowed: 50, actual: 60 });
  });

  it('hold for what a page multiplies, also by a variable', async () => {
    const query =
      'query ($first: Int = 1) { stones(first: $first) { nodes { neighbours { neighbours { neighbours { neighbours { id } } } } } } }';
    expect(await limited(query)).toBeUndefined();
    expect(await limited(query, { first: 100 })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      limit: 'cost',
      allowed: 25_000,
      actual: expect.any(Number),
    });
  });

  it('hold for fragments that spread each other many times, without counting for long', async () => {
    const fragments = Array.from(
      { length: 40 },
      (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
    ).join(' ');
    expect(await limited(`{ ...F0 } ${fragments} fragment F40 on Query { whoAmI }`)).toMatchObject({ limit: 'fields' });
  });

  it('end with a fragment that spreads itself', async () => {
    expect(await limited('{ ...A } fragment A on Query { whoAmI ...A }')).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });

  it('hold for the document and for its tokens', async () => {
    expect(await limited(`{ whoAmI } # ${'x'.repeat(70_000)}`)).toMatchObject({ limit: 'source', allowed: 65_536 });
    expect(await limited(`{ ${'whoAmI '.repeat(8_001 * 2)}}`.slice(0, 65_000))).toMatchObject({
      code: expect.stringMatching(/LIMIT_EXCEEDED|GRAPHQL_PARSE_FAILED/),
    });
  });

  it('let introspection through', async () => {
    const deep = `{ __schema { types { fields { type ${'{ ofType '.repeat(9)}{ name }${' }'.repeat(9)} } } } }`;
    expect(await limited(deep)).toBeUndefined();
  });

  it('hold for bodies', async () => {
    const small = await startTestService({ env: { RAPPORT_BODY_MAX: '2000' } });
    try {
      const answer = await small.graphql('{ __typename }', { pad: 'x'.repeat(3_000) });
      expect([answer.status, codeOf(answer)]).toEqual([413, 'LIMIT_EXCEEDED']);
    } finally {
      await small.stop();
    }
  });

  it('close introspection where the settings say so', async () => {
    const closed = await startTestService({ env: { RAPPORT_INTROSPECTION: 'false' } });
    try {
      expect(codeOf(await closed.graphql('{ __schema { types { name } } }'))).toBe('GRAPHQL_VALIDATION_FAILED');
      expect((await closed.graphql('{ __typename }')).data).toEqual({ __typename: 'Query' });
    } finally {
      await closed.stop();
    }
  });
});
