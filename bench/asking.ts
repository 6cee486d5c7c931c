import { Client } from 'undici';
import type { BenchService } from './service.js';

/** Asks a service one thing at a time, over one connection, and tells how long it took. */
export interface Asking {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- Who asks knows what the answer holds.
  ask<Data>(query: string, variables?: object): Promise<{ readonly data: Data; readonly ms: number }>;
  close(): Promise<void>;
}

export const asking = ({ url, token }: BenchService): Asking => {
  const client = new Client(url);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- As above.
    ask: async <Data>(query: string, variables: object = {}) => {
      const body = JSON.stringify({ query, variables });
      const start = performance.now();
      const answer = await client.request({ method: 'POST', path: '/graphql', headers, body });
      const text = await answer.body.text();
      const ms = performance.now() - start;
      // A query asks for what it says it asks for; where that is wrong, it has errors.
      const { data, errors } = JSON.parse(text) as { readonly data: Data; readonly errors?: readonly unknown[] };
      if (errors !== undefined) throw new Error(text.slice(0, 1_000));
      return { data, ms };
    },
    close: () => client.close(),
  };
};
