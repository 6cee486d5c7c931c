import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { CommandFailed } from '../command.js';

/** Asks the service, as any client does. */
export type Ask = <Data>(query: string) => Promise<Data>;

/** Subscribes to the service over WebSocket, and gives all that it told when it has ended. */
export type Hear = <Data>(query: string) => Promise<readonly Data[]>;

interface Told {
  readonly message: string;
}

const answered = <Data>(
  data: Data | null | undefined,
  errors: readonly Told[] | undefined,
  otherwise: string,
): Data => {
  if (errors !== undefined || data == null)
    throw new CommandFailed(`The service answered: ${errors?.map(({ message }) => message).join('; ') ?? otherwise}`);
  return data;
};

export const asking =
  (url: string, token: string): Ask =>
  async <Data>(query: string): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query }),
    });
    // The service answers as its schema says.
    const { data, errors } = (await response.json()) as { data?: Data; errors?: readonly Told[] };
    return answered(data, errors, String(response.status));
  };

export const hearing =
  (url: string, token: string): Hear =>
  async <Data>(query: string): Promise<readonly Data[]> => {
    const client = createClient({
      url: `${url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    try {
      const told: Data[] = [];
      for await (const { data, errors } of client.iterate<Data>({ query }))
        told.push(answered(data, errors, 'nothing'));
      return told;
    } finally {
      await client.dispose();
    }
  };

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** All of a connection, page by page. */
export const allOf = async <Node>(ask: Ask, query: (after: string) => string): Promise<readonly Node[]> => {
  const nodes: Node[] = [];
  for (let after = ''; ;) {
    const { page } = await ask<{ readonly page: Page<Node> }>(query(after));
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage || page.pageInfo.endCursor === null) return nodes;
    after = `, after: "${page.pageInfo.endCursor}"`;
  }
};
