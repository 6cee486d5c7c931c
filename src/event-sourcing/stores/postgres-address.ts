/** How a connection is encrypted, in the words of PostgreSQL's own clients. */
export type TlsMode = 'disable' | 'require' | 'verify-ca' | 'verify-full';

const tlsModes: readonly string[] = ['disable', 'require', 'verify-ca', 'verify-full'] satisfies readonly TlsMode[];
const isTlsMode = (word: string): word is TlsMode => tlsModes.includes(word);

/** The connection string cannot be used. What it says holds no part of a password, nor the value of an option. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

interface Parts {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** `require` encrypts and believes whoever answers; with a `rootCertificate` it is `verify-ca`. */
  readonly tls: TlsMode;
  /** Paths of PEM files. */
  readonly rootCertificate?: string | undefined;
  readonly certificate?: string | undefined;
  readonly privateKey?: string | undefined;
}

/** Where a PostgreSQL is and who asks there. The password is told to whoever asks for it, and shown to nobody. */
export class PostgresAddress {
  readonly parts: Parts;
  readonly #password: string | undefined;

  constructor(parts: Parts, password?: string) {
    this.parts = parts;
    this.#password = password;
  }

  /** Left out, the driver looks for PGPASSWORD and for a password file (PGPASSFILE), as PostgreSQL's own clients do. */
  password(): string | undefined {
    return this.#password;
  }

  /** As a log line or an error names it. */
  toString(): string {
    const { host, port, database, user } = this.parts;
    return `PostgreSQL database '${database}' at ${host}:${port} as '${user}'`;
  }

  toJSON(): string {
    return this.toString();
  }
}

const options = ['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'host'] as const;
const wanted = 'write postgres://USER:PASSWORD@HOST:PORT/DATABASE';
const escapes = 'signs such as ? # / @ are written %3F %23 %2F %40';

/**
 * Reads `postgres://` or `postgresql://`, with `sslmode`, `sslrootcert`, `sslcert`, `sslkey` and `host` (the folder of a
 * socket).
 * @throws AddressRefused with a sentence that goes on where the setting's name ends.
 */
export const postgresAddress = (url: string): PostgresAddress => {
  const { rest } = assertWhole(url);
  const parsed = urlOf(url);
  const odd = [...parsed.searchParams.keys()].find((key) => !options.some((option) => option === key));
  if (odd !== undefined || parsed.hash !== '') {
    // Signs in a password that are not escaped end up here: only what is a word is said again, and only where no at sign
    // may be the one that ends a password.
    const told = odd !== undefined && /^[a-z_]{1,30}$/.test(odd) && !rest.includes('@');
    const named = told ? `the option '${odd}'` : 'an option';
    throw new AddressRefused(
      `has ${named} that is not known; it takes ${options.join(', ')}. In a password, ${escapes}.`,
    );
  }
  const given = (option: (typeof options)[number]): string | undefined => parsed.searchParams.get(option) ?? undefined;
  const mode = given('sslmode') ?? 'disable';
  if (!isTlsMode(mode)) throw new AddressRefused(`has an sslmode that is none of ${tlsModes.join(', ')}.`);
  const rootCertificate = given('sslrootcert');
  const tls = mode === 'require' && rootCertificate !== undefined ? 'verify-ca' : mode;
  const [certificate, privateKey] = [given('sslcert'), given('sslkey')];
  if ((certificate === undefined) !== (privateKey === undefined))
    throw new AddressRefused('names one of sslcert and sslkey; a client certificate takes both.');
  if (tls === 'disable' && (rootCertificate ?? certificate) !== undefined)
    throw new AddressRefused('names certificates but no sslmode that uses them; add sslmode=verify-full.');

  const user = plain(parsed.username, 'user');
  if (user === '') throw new AddressRefused(`names no user; ${wanted}.`);
  const database = plain(parsed.pathname.replace(/^\//, ''), 'database') || user;
  const password = plain(parsed.password, 'password');
  const host = given('host') ?? (plain(parsed.hostname, 'host').replace(/^\[(.*)\]$/, '$1') || 'localhost');
  if (host.includes(',')) throw new AddressRefused('names several hosts; name the primary, or what leads to it.');
  const port = parsed.port === '' ? 5_432 : Number(parsed.port);
  return new PostgresAddress(
    { host, port, database, user, tls, rootCertificate, certificate, privateKey },
    password === '' ? undefined : password,
  );
};

/**
 * Where a user or a password holds a slash, a question mark or a hash, what follows would be taken for the database or for
 * options, and be told. A file or a folder among the options may have an at sign as it is.
 */
const assertWhole = (url: string): { readonly rest: string } => {
  const [, authority = '', path = '', more = ''] = /^[^:]*:\/\/([^/?#]*)([^?#]*)(.*)$/s.exec(url) ?? [];
  const rest = path + more;
  if (path.includes('@') || (!authority.includes('@') && rest.includes('@')))
    throw new AddressRefused(`has an '@' after its host; in a user, a password and a database, ${escapes}.`);
  return { rest };
};

const urlOf = (url: string): URL => {
  if (!/^postgres(?:ql)?:\/\//.test(url)) throw new AddressRefused(`is no address of a PostgreSQL; ${wanted}.`);
  try {
    return new URL(url);
  } catch {
    throw new AddressRefused(`cannot be read; ${wanted}; in a password, ${escapes}.`);
  }
};

const plain = (escaped: string, what: string): string => {
  try {
    return decodeURIComponent(escaped);
  } catch {
    throw new AddressRefused(`has a % in its ${what} that escapes nothing; write %25.`);
  }
};
