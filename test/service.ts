import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { GraphQLFormattedError } from 'graphql';
import { type Logger, pino } from 'pino';
import type { Role } from '../src/access/credential.js';
import { Keys } from '../src/access/keys.js';
import type { Projecting } from '../src/event-sourcing/projecting.js';
import { startService } from '../src/service.js';
import { settingsFrom } from '../src/settings.js';
import { PROJECTOR } from '../src/tokens.js';
import { threadPrograms, waitMs } from './rapport.js';

export interface Answer<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Data;
  readonly errors: readonly GraphQLFormattedError[] | undefined;
}

/** A service of a test: the real one, in this process, at a port of its own, in a folder of its own. */
export interface TestService {
  readonly url: string;
  readonly wsUrl: string;
  readonly dataFolder: string;
  readonly adminToken: string;
  readonly app: NestFastifyApplication;
  /** Asks over HTTP; `token` is the admin's unless another is given, and null for none. */
  graphql<Data = Readonly<Record<string, unknown>>>(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    token?: string | null,
  ): Promise<Answer<Data>>;
  makeKey(role: Role, name?: string): Promise<{ readonly id: string; readonly token: string }>;
  /** Stops the service and deletes its folder, unless it is to be started again. */
  stop(keepFolder?: boolean): Promise<void>;
}

export interface TestServiceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Of a service that was stopped before. */
  readonly dataFolder?: string;
  /** Modules that a test adds. */
  readonly also?: readonly Type[];
  readonly log?: Logger;
}

export const startTestService = async ({
  env = {},
  also = [],
  ...options
}: TestServiceOptions = {}): Promise<TestService> => {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'rapport-')));
  const { READ_STORE_URL } = process.env;
  const settings = settingsFrom({
    PORT: '0',
    RAPPORT_DATA: dataFolder,
    RAPPORT_WAIT_MS: waitMs,
    READ_STORE_URL,
    ...env,
  });
  const { app, url, close } = await startService(settings, options.log ?? pino({ level: 'silent' }), {
    also,
    threads: await threadPrograms(),
  });
  // A service waits for its rows, though not for long; a test is to find them, however long it takes.
  await app.get<Projecting>(PROJECTOR).waitFor(0, undefined, Number(waitMs));
  const adminToken = await readFile(env['RAPPORT_ADMIN_KEY_FILE'] ?? join(dataFolder, 'admin.key'), 'utf8').then(
    (text) => text.trim(),
    async (error: unknown) => {
      await close();
      throw error;
    },
  );

  return {
    app,
    url,
    wsUrl: `${url.replace('http', 'ws')}/graphql`,
    dataFolder,
    adminToken,

    // The caller says what it expects.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
    graphql: async <Data>(
      query: string,
      variables?: Readonly<Record<string, unknown>>,
      token: string | null = adminToken,
    ) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json',
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query, variables }),
      });
      // A test says by its type what it expects; where it is wrong, it fails.
      const { data, errors } = (await response.json()) as {
        readonly data: Data;
        readonly errors?: readonly GraphQLFormattedError[];
      };
      return { status: response.status, headers: response.headers, data, errors };
    },

    makeKey: async (role, name = role) => {
      const { credential, token } = await app
        .get(Keys)
        .make(name, role, { actor: 'test', actorKind: 'person', credential: 'test', correlationId: 'test' });
      return { id: credential.id, token };
    },

    stop: async (keepFolder = false) => {
      await close();
      if (!keepFolder) await rm(dataFolder, { recursive: true, force: true });
    },
  };
};
