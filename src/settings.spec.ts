import { describe, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
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
    expect(settingsFrom({ EVENT_STORE_URL: url }).eventStore.path).toBe('/tmp/e.db');
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
