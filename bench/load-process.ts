import { readFile } from 'node:fs/promises';
import { Pool } from 'undici';
import { quantile } from './measuring.js';

/** Where the load goes; the first message. */
export interface Target {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
}

/** A file of request bodies, one a line, each sent once; with `projected`, the clock runs until readers see it all. */
export interface Job {
  readonly bodies: string;
  readonly projected: boolean;
}

export interface Served {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds from a request to its whole answer. */
  readonly p50: number;
  readonly p99: number;
}

const position = /"position":"([0-9a-f]{16}-[0-9a-f]{14})"/;
const waitFor = `query Wait($atLeast: Position) { stakeholders(first: 1, atLeast: $atLeast) { pageInfo { hasNextPage } } }`;

let pool: Pool | undefined;
let headers: Record<string, string> = {};
let connections = 1;

const sent = async (body: string): Promise<string> => {
  if (pool === undefined) throw new Error('There is no target.');
  const answer = await pool.request({ method: 'POST', path: '/graphql', headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, 500)}`);
  return text;
};

const untilProjected = async (atLeast: string): Promise<void> => {
  for (;;) {
    const text = await sent(JSON.stringify({ query: waitFor, variables: { atLeast } }));
    if (!text.includes('"errors"')) return;
    if (!text.includes('NOT_YET_PROJECTED')) throw new Error(text.slice(0, 500));
  }
};

const run = async ({ bodies: path, projected }: Job): Promise<Served> => {
  const bodies = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const times = new Float64Array(bodies.length);
  let [next, newest] = [0, ''];
  const connection = async (): Promise<void> => {
    while (next < bodies.length) {
      const at = next++;
      const start = performance.now();
      const text = await sent(bodies[at] ?? '');
      times[at] = performance.now() - start;
      if (text.includes('"errors"') || text.includes('"message"')) throw new Error(text.slice(0, 500));
      const [, reached = ''] = position.exec(text) ?? [];
      if (reached > newest) newest = reached;
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, connection));
  if (projected) await untilProjected(newest);
  const seconds = (performance.now() - start) / 1000;
  return { requests: bodies.length, seconds, p50: quantile([...times], 0.5), p99: quantile([...times], 0.99) };
};

process.on('message', (message: Target | Job) => {
  const work = async (): Promise<Served | null> => {
    if ('bodies' in message) return run(message);
    connections = message.connections;
    headers = {
      authorization: `Bearer ${message.token}`,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
    };
    pool = new Pool(message.url, { connections, pipelining: 1 });
    return null;
  };
  work().then(
    (served) => process.send?.(served),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
