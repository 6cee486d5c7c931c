import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ConnectionStringRefused, isKurrentUrl, kurrentLocation } from './kurrentdb.connection-string.js';

const faultsOf = (url: string, settings: Parameters<typeof kurrentLocation>[1] = {}): string => {
  try {
    kurrentLocation(url, settings);
  } catch (error) {
    if (error instanceof ConnectionStringRefused) return error.message;
    throw error;
  }
  return '';
};

const credentialsOf = (url: string) => {
  const { credentials } = kurrentLocation(url);
  return [credentials?.username, credentials?.password];
};

describe('the connection string of KurrentDB', () => {
  it.each(['esdb', 'kurrentdb', 'ESDB', 'KurrentDB'])('takes %s://', (scheme) => {
    expect(isKurrentUrl(`${scheme}://a`)).toBe(true);
    expect(kurrentLocation(`${scheme}://a?tls=false`)).toMatchObject({ discover: false });
    expect(kurrentLocation(`${scheme}+discover://a?tls=false`)).toMatchObject({ discover: true });
  });

  it.each(['sqlite:/tmp/e.db', 'postgres://a', 'esdb:a', '', 'http://a'])('leaves %s to others', (url) =>
    expect(isKurrentUrl(url)).toBe(false),
  );

  it.each(['esdb', 'esdb+discover'])('keeps all hosts that %s names', (scheme) => {
    expect(kurrentLocation(`${scheme}://a.example:2114,b,[::1],[fe80::1]:9?tls=false`).hosts).toEqual([
      { address: 'a.example', port: 2114 },
      { address: 'b', port: 2113 },
      { address: '[::1]', port: 2113 },
      { address: '[fe80::1]', port: 9 },
    ]);
  });

  it('uses TLS unless it is told not to', () => {
    expect(kurrentLocation('esdb://u:p@a')).toMatchObject({ tls: true, streamPrefix: '', connectionName: 'rapport' });
    expect(kurrentLocation('esdb://a?tls=FALSE')).toMatchObject({ tls: false });
    expect(kurrentLocation('esdb://a/?TLS=false')).toMatchObject({ tls: false });
  });

  it.each([
    ['esdb://ada:secret@a', 'ada', 'secret'],
    ['esdb://ada:pa%40ss%2F%3F%23%25%3A@a', 'ada', 'pa@ss/?#%:'],
    // The client would take `pa` for the password.
    ['esdb://ada:pa:ss@a', 'ada', 'pa:ss'],
    ['esdb://a%20da:%C3%BC@a', 'a da', 'ü'],
  ])('reads user and password of %s', (url, user, password) => expect(credentialsOf(url)).toEqual([user, password]));

  it('takes user, password and CA file from settings of their own', () => {
    const location = kurrentLocation('esdb://a', { username: 'ada', password: 'p@:%ss', caFile: 'ca.pem' });
    expect([location.credentials?.username, location.credentials?.password, location.tlsCaFile]).toEqual([
      'ada',
      'p@:%ss',
      'ca.pem',
    ]);
    expect(kurrentLocation('esdb://ada@a', { password: 'x' }).credentials?.password).toBe('x');
  });

  it('takes the options that mean something', () => {
    const url =
      'esdb://u:p@a?tlsCAFile=%2Fca%20file.pem&nodePreference=Leader&streamPrefix=team.&connectionName=r1&keepAliveInterval=2000&keepAliveTimeout=1000&tlsVerifyCert=true';
    expect(kurrentLocation(url)).toMatchObject({
      tlsCaFile: '/ca file.pem',
      streamPrefix: 'team.',
      connectionName: 'r1',
      keepAliveInterval: 2_000,
      keepAliveTimeout: 1_000,
    });
  });

  it.each([
    ['esdb://', 'names no host'],
    ['esdb://u:hunter2@', 'names no host'],
    ['esdb://a,,b?tls=false', 'has a host that is none'],
    ['esdb://a:0?tls=false', 'has a host that is none'],
    ['esdb://a:70000?tls=false', 'has a host that is none'],
    ['esdb://::1:2113?tls=false', 'stands in brackets'],
    ['esdb://u:hunter2/x@a', '%2F'],
    ['esdb://u:hunter2?x@a', '%3F'],
    ['esdb://u:hunter2#x@a', '%23'],
    ['esdb://u:hunter2@x@a', '%40'],
    ['esdb://u:hunter2%@a', '%25'],
    ['esdb://u@a', 'a user without a password'],
    ['esdb://u:@a', 'a user without a password'],
    ['esdb://:hunter2@a', 'names no user'],
    ['esdb://u%3Ax:hunter2@a', "has a ':' in the name"],
    ['esdb://a', 'names no user and password'],
    ['esdb://u:hunter2@a?tls=false', 'would not be sent'],
    ['esdb://u:hunter2@a?tls=no', 'option tls that is neither true nor false'],
    ['esdb://u:hunter2@a?tlsVerifyCert=false', 'tlsVerifyCert=false'],
    ['esdb://a?tls=false&tlsCaFile=x', 'names a CA file'],
    ['esdb://u:hunter2@a?nodePreference=follower', 'nodePreference'],
    ['esdb://u:hunter2@a?tls=true&TLS=true', 'gives option tls twice'],
    ['esdb://u:hunter2@a?tls', 'gives option tls no value'],
    ['esdb://u:hunter2@a?tlsCaFile=%zz', 'option tlsCaFile'],
    ['esdb://u:hunter2@a?throwOnAppendFailure=false', "an option 'throwonappendfailure'"],
    ['esdb://u:hunter2@a?keepAliveInterval=-1', 'whole number'],
    ['esdb://u:hunter2@a?streamPrefix=a-b', 'a streamPrefix that is none'],
    ['esdb://u:hunter2@a/path', 'a path'],
    ['esdb://u:hunter2@a#there', "a '#'"],
  ])('refuses %s, and does not tell the password', (url, said) => {
    expect(faultsOf(url)).toContain(said);
    expect(faultsOf(url)).not.toContain('hunter2');
  });

  it.each([
    'esdb://bob:pass?correct&horse@127.0.0.1:2113',
    'esdb://bob:pass?correct=horse@127.0.0.1',
    'esdb://bob:pass?streamPrefix=horse@127.0.0.1:2113',
    'esdb://bob:pass?tls=horse@127.0.0.1',
    'esdb://bob:pass?keepAliveInterval=horse@127.0.0.1',
    'esdb://bob:pass?keepAliveTimeout=horse@a,b?tls=false',
    'esdb://bob:pass/correct?horse@127.0.0.1',
    'esdb://bob:pass#correct?horse@127.0.0.1',
    'esdb://bob:pass?correct#horse@127.0.0.1',
    'esdb://bob@corp:pass?correct&horse@127.0.0.1',
    'esdb+discover://bob:pass?correct\n&horse@127.0.0.1',
  ])('says of a password that is cut short that it is, and nothing else: %s', (url) =>
    expect(faultsOf(url)).toBe(
      "has a '/', '?' or '#' in its user or password; write them percent-encoded: %2F, %3F, %23.",
    ),
  );

  it.each(['tls', 'tlsVerifyCert', 'nodePreference', 'streamPrefix', 'keepAliveInterval', 'keepAliveTimeout'])(
    'names option %s, and does not quote its value',
    (option) => {
      expect(faultsOf(`esdb://bob:pass@a?${option}=correct-horse`)).toContain(option);
      expect(faultsOf(`esdb://bob:pass@a?${option}=correct-horse`)).not.toMatch(/correct|horse|pass(?!word)/);
    },
  );

  it('takes an at sign in an option where it is percent-encoded', () =>
    expect(kurrentLocation('esdb://bob:pass@a?tlsCaFile=%2Fa%40b.pem').tlsCaFile).toBe('/a@b.pem'));

  it('refuses what is named twice', () => {
    expect(faultsOf('esdb://u:p@a', { username: 'v' })).toContain('names the user, and so does a setting');
    expect(faultsOf('esdb://u:p@a', { password: 'q' })).toContain('names the password');
    expect(faultsOf('esdb://u:p@a?tlsCaFile=x', { caFile: 'y' })).toContain('names the CA file');
  });

  it('names every fault at once', () => {
    expect(faultsOf('esdb://u@a:0?x=1&tlsVerifyCert=false').match(/\.(?= |$)/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it('gives credentials that do not show the password to whoever prints them', () => {
    const location = kurrentLocation('esdb://ada:hunter2@a');
    expect(`${inspect(location, { depth: 9, showHidden: true })} ${JSON.stringify(location)}`).not.toContain('hunter2');
    // Another thread needs it.
    expect(structuredClone(location).credentials).toEqual({ username: 'ada', password: 'hunter2' });
  });
});
