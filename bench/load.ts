import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from './child.js';
import type { Served } from './load-process.js';
import type { BenchService } from './service.js';
import type { Mail } from './world.js';
import { inputOf } from './world.js';

/** Clients of a service, in a process of their own. */
export interface Load {
  /** Sends each body once. @param projected counts until readers see all that was recorded, too. */
  send(bodies: readonly object[], projected: boolean): Promise<Served>;
  stop(): void;
}

export const startLoad = async ({ url, token }: BenchService, connections: number, folder: string): Promise<Load> => {
  const child = startChild('./load-process.js');
  await child.ask({ url, token, connections });
  const path = join(folder, `bodies-${crypto.randomUUID()}.jsonl`);
  return {
    send: async (bodies, projected) => {
      await writeFile(path, bodies.map((body) => `${JSON.stringify(body)}\n`).join(''));
      const served = await child.ask<Served>({ bodies: path, projected });
      await rm(path);
      return served;
    },
    stop: () => child.kill(),
  };
};

const one = `mutation Record($input: RecordInteractionInput!) {
  recordInteraction(input: $input) {
    __typename
    ... on InteractionRecorded { already position interaction { id } }
    ... on Refusal { message }
  }
}`;
const many = `mutation Import($input: RecordInteractionsInput!) {
  recordInteractions(input: $input) {
    recorded already refused position
    results { __typename ... on Refusal { message } }
  }
}`;

/** A request that records one mail. */
export const recordOne = (mail: Mail): object => ({ query: one, variables: { input: inputOf(mail) } });

/** A request that records many. */
export const recordMany = (mails: readonly Mail[]): object => ({
  query: many,
  variables: { input: { interactions: mails.map(inputOf) } },
});

/** A request that does nothing. */
export const doNothing: object = { query: 'mutation Nothing { nothing }' };
