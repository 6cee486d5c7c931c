import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { holdAdminKey } from '../src/access/admin-key.js';
import { Keys } from '../src/access/keys.js';
import { newToken, tokenText } from '../src/access/token.js';
import { transactions } from '../src/event-sourcing/transact.js';
import { ended, startRapport } from './rapport.js';
import { logIn } from './rows.js';
import { startTestService } from './service.js';

// Two instances of one service: a data folder each, and one log.
let folder: string;
let env: Readonly<Record<string, string>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rapport-given-'));
  env = { EVENT_STORE_URL: `sqlite:${place('log')}/events.db` };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = (name: string): string => join(folder, name);
const fileWith = async (name: string, text: string): Promise<string> => {
  await writeFile(place(name), `${text}\n`);
  return place(name);
};

/** Starts an instance that is to refuse to, and answers with what it says. */
const refusal = async (data: string, more: Readonly<Record<string, string>>): Promise<string> => {
  const said = { LOG_LEVEL: 'info' };
  const refused = await startRapport(['serve'], { data: place(data), env: { ...env, ...said, ...more } });
  const { status, err, out } = await ended(refused);
  expect(status).toBe(1);
  // It has not been there for a moment, for whoever looks which instances answer.
  expect(out).not.toContain('listening');
  // A person reads it: no stack.
  expect(err).not.toContain('    at ');
  return err;
};

describe('keys given by settings', () => {
  it('serve a second instance, and none are written', async () => {
    const given = {
      ...env,
      RAPPORT_CLAIMS_KEY_FILE: await fileWith('claims', 'ab'.repeat(32)),
      RAPPORT_ADMIN_KEY_FILE: await fileWith('admin', tokenText(newToken())),
    };
    for (const data of ['one', 'two']) {
      const service = await startTestService({ dataFolder: place(data), env: given });
      expect((await service.graphql('{ __typename }')).status).toBe(200);
      expect(await service.app.get(Keys).list()).toHaveLength(1);
      await service.stop(true);
      // Where the rows are elsewhere, there is no folder either.
      const files = await readdir(place(data)).catch(() => []);
      expect(files.filter((name) => name.endsWith('.key'))).toEqual([]);
    }
  });

  it('that are others than those of the first instance are refused, and so is an instance without', async () => {
    const first = await startTestService({ dataFolder: place('one'), env });
    await first.stop(true);
    const claims = await refusal('two', {});
    expect(claims).toContain(`there is none in ${place('two')}. Give the key that the other instances have`);
    // It has not made one of its own.
    expect(await readdir(place('two')).catch(() => [])).not.toContain('claims.key');

    const other = 'cd'.repeat(32);
    const refusedClaims = await refusal('two', { RAPPORT_CLAIMS_KEY: other });
    expect(refusedClaims).toMatch(/This log names its claims with the key \w{16}; the key given is \w{16}\./);
    expect(refusedClaims).not.toContain(other);

    const token = tokenText(newToken());
    const refusedAdmin = await refusal('one', { RAPPORT_ADMIN_KEY: token });
    expect(refusedAdmin).toContain('is no admin key of this log');
    expect(refusedAdmin).not.toContain(token);
  });

  it('of two admin keys that are given at once to a new log, one is held', async () => {
    const settled = await logIn(folder, async (store) => {
      const keys = new Keys(store, transactions(store));
      const held = await Promise.allSettled(
        [newToken(), newToken()].map((token) => holdAdminKey(keys, tokenText(token))),
      );
      expect((await keys.list()).filter(({ revokedAt }) => revokedAt === null)).toHaveLength(1);
      return held;
    });
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that were revoked are refused', async () => {
    await logIn(folder, async (store) => {
      const keys = new Keys(store, transactions(store));
      const token = newToken();
      await holdAdminKey(keys, tokenText(token));
      await holdAdminKey(keys, tokenText(token));
      await keys.revoke(token.keyId, { actor: 'a', actorKind: 'person', credential: 'a', correlationId: 'a' });
      await expect(holdAdminKey(keys, tokenText(token))).rejects.toThrow(
        'is no admin key of this log, or a revoked one',
      );
    });
  });
});
