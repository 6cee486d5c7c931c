import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { AddressRefused, postgresAddress } from './postgres-address.js';

describe("PostgreSQL's address", () => {
  it('is read from its parts, with what is left out as its own clients have it', () => {
    const address = postgresAddress(
      'postgresql://rapport:p%40ss%2Fw%3Frd@db.example:6543/rows?sslmode=verify-full&sslrootcert=/ca.pem',
    );
    expect(address.parts).toEqual({
      host: 'db.example',
      port: 6543,
      database: 'rows',
      user: 'rapport',
      tls: 'verify-full',
      rootCertificate: '/ca.pem',
    });
    expect(address.password()).toBe('p@ss/w?rd');
    expect(postgresAddress('postgres://ann@[::1]').parts).toMatchObject({
      host: '::1',
      port: 5432,
      database: 'ann',
      tls: 'disable',
    });
    expect(postgresAddress('postgres://ann@h/rows?host=/run/postgresql').parts.host).toBe('/run/postgresql');
    expect(postgresAddress('postgres://ann@h/d').password()).toBeUndefined();
  });

  it('checks an authority that is named, also where encryption alone was asked for', () => {
    expect(postgresAddress('postgres://a@h/d?sslmode=require').parts.tls).toBe('require');
    expect(postgresAddress('postgres://a@h/d?sslmode=require&sslrootcert=/ca').parts.tls).toBe('verify-ca');
  });

  it('takes an at sign in a path among its options as it is, and in a database escaped', () => {
    const { host, rootCertificate } = postgresAddress(
      'postgres://ann@h/d?host=/run/a@b&sslmode=require&sslrootcert=/c@d.pem',
    ).parts;
    expect([host, rootCertificate]).toEqual(['/run/a@b', '/c@d.pem']);
    expect(postgresAddress('postgres://ann@h/a%40b').parts.database).toBe('a@b');
  });

  it('shows its password to nobody', () => {
    const address = postgresAddress('postgres://ann:topsecret@h/d');
    const shown = [String(address), JSON.stringify({ address }), inspect(address, { depth: 9, showHidden: true })];
    for (const each of shown) expect(each).not.toContain('topsecret');
    expect(String(address)).toBe("PostgreSQL database 'd' at h:5432 as 'ann'");
  });

  it.each([
    ['mysql://a@h/d', 'is no address of a PostgreSQL'],
    ['postgres:a', 'is no address of a PostgreSQL'],
    ['postgres://topsecret/d', 'names no user'],
    ['postgres://ann:topsecret/d', 'cannot be read'],
    ['postgres://ann:top/secret@h/d', "an '@' after its host"],
    ['postgres://ann:12/topsecret@h/d', "an '@' after its host"],
    ['postgres://ann:12@x/topsecret@h/d', "an '@' after its host"],
    ['postgres://ann:12?topsecret&more@h/d', "an '@' after its host"],
    ['postgres://ann:12?secret&more@h/d', "an '@' after its host"],
    ['postgres://ann:12?sslmode=secret@h/d', "an '@' after its host"],
    ['postgres://ann@corp:12?secret&more@h/d', 'an option that is not known'],
    ['postgres://ann@corp:12?secret#more@h/d', 'an option that is not known'],
    ['postgres://ann@h/d?sslmode=secret', 'an sslmode that is none of'],
    ['postgres://ann:top%secret@h/d', '% in its password'],
    ['postgres://ann:12?topsecret@h/d', "an '@' after its host"],
    ['postgres://ann:12#topsecret@h/d', "an '@' after its host"],
    ['postgres://ann@h/d?pool_max=3', "the option 'pool_max'"],
    ['postgres://ann@h/d?sslmode=prefer', 'none of disable, require, verify-ca, verify-full'],
    ['postgres://ann@h/d?sslmode=require&sslkey=/k', 'one of sslcert and sslkey'],
    ['postgres://ann@h/d?sslrootcert=/ca', 'no sslmode that uses them'],
    ['postgres://ann@one,two/d', 'several hosts'],
  ])('is refused with its fault and without its password: %s', (url, said) => {
    let fault: unknown;
    try {
      postgresAddress(url);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(AddressRefused);
    expect(String(fault)).toContain(said);
    expect(String(fault)).not.toMatch(/secret/);
  });
});
