import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';
import { environmentOf, SettingsRefused, settingsFrom } from './settings.js';

const faultsOf = (env: Record<string, string>): Record<string, string> => {
  try {
    settingsFrom(env);
  } catch (error) {
    if (error instanceof SettingsRefused)
      return Object.fromEntries(error.faults.map(({ setting, message }) => [setting, message]));
    throw error;
  }
  return {};
};

describe('settings', () => {
  it('serves on the embedded stores in ./data where nothing is said', () => {
    expect(settingsFrom({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      dataFolder: resolve('data'),
      eventStore: { kind: 'sqlite', path: resolve('data/events.db') },
      readStore: { kind: 'sqlite', path: resolve('data') },
      logLevel: 'info',
      introspection: true,
      guidelines: 'shown',
    });
  });

  it('keeps the stores in the data folder that is given', () => {
    expect(settingsFrom({ RAPPORT_DATA: '/var/lib/rapport' })).toMatchObject({
      eventStore: { path: '/var/lib/rapport/events.db' },
      readStore: { path: '/var/lib/rapport' },
    });
  });

  it.each(['sqlite:/tmp/e.db', 'sqlite:///tmp/e.db'])('takes %s', (url) => {
    expect(settingsFrom({ EVENT_STORE_URL: url }).eventStore).toEqual({ kind: 'sqlite', path: '/tmp/e.db' });
  });

  it('takes a PostgreSQL for the rows, and shows its password to nobody', () => {
    const settings = settingsFrom({ READ_STORE_URL: 'postgresql://ann:topsecret@db.example/rows?sslmode=verify-full' });
    expect(settings.readStore).toMatchObject({
      kind: 'postgres',
      address: { parts: { host: 'db.example', database: 'rows', user: 'ann', tls: 'verify-full' } },
    });
    expect(JSON.stringify(settings)).not.toContain('topsecret');
    const faults = faultsOf({ READ_STORE_URL: 'postgres://ann:top/secret@h/d', PORT: 'x' });
    expect(Object.keys(faults)).toEqual(['PORT', 'READ_STORE_URL']);
    expect(JSON.stringify(faults)).not.toContain('secret');
  });

  describe('of a log in KurrentDB', () => {
    const eventStore = (env: Record<string, string>) => settingsFrom(env).eventStore;
    const folder = mkdtempSync(join(tmpdir(), 'rapport-settings-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    it('takes a connection string', () => {
      expect(eventStore({ EVENT_STORE_URL: 'esdb://ada:secret@a:1,b' })).toMatchObject({
        kind: 'kurrentdb',
        hosts: [
          { address: 'a', port: 1 },
          { address: 'b', port: 2113 },
        ],
        credentials: { username: 'ada', password: 'secret' },
      });
    });

    it('takes user, password and CA file by settings of their own, the password also by a file', () => {
      const file = join(folder, 'password');
      writeFileSync(file, 'p:@ss \n');
      const env = { EVENT_STORE_URL: 'kurrentdb+discover://a', EVENT_STORE_USER: 'ada', EVENT_STORE_CA_FILE: 'ca.pem' };
      expect(eventStore({ ...env, EVENT_STORE_PASSWORD: 'secret' })).toMatchObject({
        tlsCaFile: 'ca.pem',
        credentials: { username: 'ada', password: 'secret' },
      });
      expect(eventStore({ ...env, EVENT_STORE_PASSWORD_FILE: file })).toMatchObject({
        credentials: { password: 'p:@ss ' },
      });
      expect(faultsOf({ ...env, EVENT_STORE_PASSWORD: 'secret', EVENT_STORE_PASSWORD_FILE: file })).toEqual({
        EVENT_STORE_PASSWORD_FILE: 'stands beside EVENT_STORE_PASSWORD: give one of them.',
      });
      expect(
        faultsOf({ ...env, EVENT_STORE_PASSWORD_FILE: join(folder, 'none') })['EVENT_STORE_PASSWORD_FILE'],
      ).toContain('cannot be read');
    });

    it('names its faults, and not the password', () => {
      const fault = faultsOf({ EVENT_STORE_URL: 'esdb://ada:hunter2@a:0?tlsVerifyCert=false' })['EVENT_STORE_URL'];
      expect(fault).toContain('has a host that is none');
      expect(fault).toContain('tlsVerifyCert=false');
      expect(fault).not.toContain('hunter2');
    });

    it('does not take a read store for it', () => {
      expect(faultsOf({ EVENT_STORE_URL: 'postgres://a/b' })['EVENT_STORE_URL']).toContain('keeps rows and no log');
    });
  });

  it('names every fault at once', () => {
    expect(
      Object.keys(
        faultsOf({
          PORT: 'many',
          HOST: '',
          LOG_LEVEL: 'loud',
          RAPPORT_GUIDELINES: 'loved',
          RAPPORT_INTROSPECTION: 'perhaps',
          RAPPORT_COST_MAX: '0',
        }),
      ),
    ).toEqual(['PORT', 'HOST', 'LOG_LEVEL', 'RAPPORT_INTROSPECTION', 'RAPPORT_GUIDELINES', 'RAPPORT_COST_MAX']);
  });

  it.each([
    ['kurrentdb://localhost:2113', 'KurrentDB'],
    ['esdb+discover://a.example', 'EventStoreDB'],
    ['postgres://localhost/rapport', 'names no user'],
    ['mysql://localhost', "unknown kind 'mysql'"],
    ['sqlite:', 'names no path'],
    ['', 'is not a store'],
  ])('refuses the store %p by name', (url, said) => {
    expect(faultsOf({ READ_STORE_URL: url })['READ_STORE_URL']).toContain(said);
  });

  it.each(['-1', '65536', '3000.5', '', '0x10'])('refuses the port %p', (port) => {
    expect(faultsOf({ PORT: port })['PORT']).toBe(`must be a whole number from 0 to 65535, not '${port}'.`);
  });

  describe('in files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-settings-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const fileWith = (text: string): string => {
      const path = join(folder, 'secret');
      writeFileSync(path, text);
      return path;
    };

    it('are read without the line that ends them', () => {
      expect(settingsFrom({ PORT_FILE: fileWith('4000\n') }).port).toBe(4_000);
      const key = 'AB'.repeat(32);
      expect(settingsFrom({ RAPPORT_CLAIMS_KEY_FILE: fileWith(`${key}\n`) }).claimsKey?.text).toBe(key);
    });

    it('are refused where they cannot be read, or where the setting is given twice', () => {
      expect(faultsOf({ PORT_FILE: join(folder, 'none'), HOST: 'a', HOST_FILE: fileWith('b') })).toEqual({
        PORT_FILE: `names a file that cannot be read: ${join(folder, 'none')} (ENOENT).`,
        HOST_FILE: 'stands beside HOST: give one of them.',
      });
    });
  });

  it.each([
    ['RAPPORT_CLAIMS_KEY', 'abc', 'must be 64 hexadecimal digits.'],
    ['RAPPORT_ADMIN_KEY', 'rapport_secret', 'must be the token of a key: rapport_<id>_<secret>.'],
  ])('refuses a wrong %s and does not say it', (setting, value, said) => {
    expect(faultsOf({ [setting]: value })).toEqual({ [setting]: said });
  });

  it('are read anew by a thread, secrets included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-settings-'));
    const file = join(folder, 'password');
    writeFileSync(file, 'pa:ss\n');
    const settings = settingsFrom({
      EVENT_STORE_URL: 'esdb://a.example',
      EVENT_STORE_USER: 'rapport',
      EVENT_STORE_PASSWORD_FILE: file,
      READ_STORE_URL: 'postgres://rapport:word@b.example/rows',
    });
    rmSync(folder, { recursive: true });
    const { eventStore, readStore } = settingsFrom(structuredClone(environmentOf(settings)));
    expect(eventStore.kind === 'kurrentdb' && eventStore.credentials?.password).toBe('pa:ss');
    expect(readStore.kind === 'postgres' && readStore.address.password()).toBe('word');
  });

  it('tell no secret where they are printed', () => {
    const key = 'ab'.repeat(32);
    const settings = settingsFrom({ RAPPORT_CLAIMS_KEY: key });
    expect(settings.claimsKey?.text).toBe(key);
    expect(`${inspect(settings, { depth: 9 })} ${JSON.stringify(settings)}`).not.toContain(key);
  });
});
