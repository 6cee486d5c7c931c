import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SettingsRefused, settingsFrom } from './settings.js';

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
        EVENT_STORE_URL: 'comes with EVENT_STORE_PASSWORD and EVENT_STORE_PASSWORD_FILE; leave one out.',
      });
      expect(faultsOf({ ...env, EVENT_STORE_PASSWORD_FILE: join(folder, 'none') })['EVENT_STORE_URL']).toContain(
        'cannot be read',
      );
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
          RAPPORT_INTROSPECTION: 'perhaps',
          RAPPORT_COST_MAX: '0',
        }),
      ),
    ).toEqual(['PORT', 'HOST', 'LOG_LEVEL', 'RAPPORT_INTROSPECTION', 'RAPPORT_COST_MAX']);
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
});
