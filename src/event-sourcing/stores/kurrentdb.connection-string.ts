/** One node of KurrentDB. An IPv6 address stands in its brackets. */
export interface KurrentHost {
  readonly address: string;
  readonly port: number;
}

/**
 * Who the service is to KurrentDB. Written out (by a log, a debugger, as JSON), it does not tell the password; handed to
 * another thread, it comes there as plain fields.
 */
export class KurrentCredentials {
  constructor(
    readonly username: string,
    readonly password: string,
  ) {}

  toJSON(): object {
    return { username: this.username };
  }

  // What util.inspect asks for.
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return { username: this.username };
  }
}

/** Where a log in KurrentDB (EventStoreDB) is, and how it is reached. */
export interface KurrentLocation {
  readonly kind: 'kurrentdb';
  /** At least one. */
  readonly hosts: readonly KurrentHost[];
  /** Ask the hosts who leads, also where only one is named. */
  readonly discover: boolean;
  readonly tls: boolean;
  /** Path of the certificate authority's certificate (PEM), where it is not one that the system trusts. */
  readonly tlsCaFile?: string;
  /** Given exactly where TLS is used. */
  readonly credentials?: KurrentCredentials;
  /** Begins the name of every stream of the log: several logs on one server. Empty by default. */
  readonly streamPrefix: string;
  /** Of the client's pings, in milliseconds; 10,000 by default. */
  readonly keepAliveInterval?: number;
  readonly keepAliveTimeout?: number;
  /** What the server's own log calls us. */
  readonly connectionName: string;
}

/** What stands in settings of their own, beside the connection string. */
export interface KurrentSettings {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly caFile?: string | undefined;
}

/**
 * The connection string has faults: each a predicate ("names no host.") that never quotes a user, a password or the value of
 * an option, which may be a piece of one.
 */
export class ConnectionStringRefused extends Error {
  override readonly name = 'ConnectionStringRefused';
  constructor(readonly faults: readonly string[]) {
    super(faults.join(' '));
  }
}

const schemes = new Set(['esdb', 'kurrentdb', 'esdb+discover', 'kurrentdb+discover']);
const schemeOf = (url: string): string | undefined => /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();

/** Whether the text is meant as a connection string of KurrentDB. */
export const isKurrentUrl = (url: string): boolean => schemes.has(schemeOf(url) ?? '');

const portByDefault = 2113;
const prefixShape = /^[A-Za-z][A-Za-z0-9._]{0,63}$/;

/**
 * Reads a connection string: `esdb://user:password@a:2113,b,[::1]:2113?tlsCaFile=ca.pem`. The client's own parser is not
 * used: it takes a part of some passwords for the whole, and puts the whole string into its errors.
 * @throws ConnectionStringRefused with every fault at once; but alone that a password is cut short, since the others would
 *   speak of its pieces.
 */
export const kurrentLocation = (url: string, settings: KurrentSettings = {}): KurrentLocation => {
  const faults: string[] = [];
  const scheme = schemeOf(url) ?? '';
  if (!schemes.has(scheme)) throw new ConnectionStringRefused(['is no connection string of KurrentDB.']);
  const rest = url.slice(scheme.length + 3);
  assertWhole(rest);
  const { authority, query } = splitOff(rest, faults);
  const { user, hosts } = partsOf(authority, faults);
  const options = optionsOf(query, faults);
  const credentials = credentialsOf(user, settings, faults);
  const tls = flagOf(options, 'tls', true, faults);
  checkTls(options, tls, credentials !== undefined, settings, faults);
  const tlsCaFile = onceOf(options.get('tlscafile'), settings.caFile, 'the CA file', faults);
  const location: KurrentLocation = {
    kind: 'kurrentdb',
    hosts: hostsOf(hosts, faults),
    discover: scheme.endsWith('+discover'),
    tls,
    streamPrefix: prefixOf(options, faults),
    connectionName: options.get('connectionname') ?? 'rapport',
    ...(tlsCaFile !== undefined && { tlsCaFile }),
    ...(credentials !== undefined && { credentials }),
    ...wholeOf(options, 'keepAliveInterval', faults),
    ...wholeOf(options, 'keepAliveTimeout', faults),
  };
  if (faults.length > 0) throw new ConnectionStringRefused(faults);
  return location;
};

/**
 * What is after a slash, a question mark or a hash looks like a host with an at sign: it was part of a password. No option of
 * ours needs an at sign that is not percent-encoded.
 */
const assertWhole = (rest: string): void => {
  if (/[/?#].*@/s.test(rest))
    throw new ConnectionStringRefused([
      "has a '/', '?' or '#' in its user or password; write them percent-encoded: %2F, %3F, %23.",
    ]);
};

const splitOff = (rest: string, faults: string[]): { readonly authority: string; readonly query: string } => {
  const [, authority = '', path = '', query = '', fragment = ''] =
    /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(#.*)?$/s.exec(rest) ?? [];
  if (path !== '' && path !== '/') faults.push(`names a path after its hosts, which means nothing here.`);
  else if (fragment !== '') faults.push("has a '#', which means nothing here.");
  return { authority, query };
};

const partsOf = (authority: string, faults: string[]): { readonly user?: string; readonly hosts: string } => {
  const at = authority.lastIndexOf('@');
  if (at < 0) return { hosts: authority };
  const user = authority.slice(0, at);
  if (user.includes('@')) faults.push("has a '@' in its user or password; write it percent-encoded: %40.");
  return { user, hosts: authority.slice(at + 1) };
};

const credentialsOf = (
  given: string | undefined,
  settings: KurrentSettings,
  faults: string[],
): KurrentCredentials | undefined => {
  const [user, password] = given === undefined ? [] : decodedUser(given, faults);
  const username = onceOf(user, settings.username, 'the user', faults);
  const secret = onceOf(password, settings.password, 'the password', faults);
  if (username === undefined && secret === undefined) return undefined;
  if (username === undefined || username === '') faults.push('has a password and names no user.');
  if (secret === undefined || secret === '') faults.push('names a user without a password.');
  if (username?.includes(':') === true)
    faults.push("has a ':' in the name of its user, which KurrentDB cannot be told.");
  return new KurrentCredentials(username ?? '', secret ?? '');
};

const decodedUser = (given: string, faults: string[]): readonly (string | undefined)[] => {
  const colon = given.indexOf(':');
  const parts = colon < 0 ? [given] : [given.slice(0, colon), given.slice(colon + 1)];
  try {
    return parts.map(decodeURIComponent);
  } catch {
    faults.push("has a '%' in its user or password that begins no percent-encoded character; write it as %25.");
    return parts;
  }
};

const onceOf = (
  inUrl: string | undefined,
  inSettings: string | undefined,
  what: string,
  faults: string[],
): string | undefined => {
  if (inUrl !== undefined && inSettings !== undefined)
    faults.push(`names ${what}, and so does a setting of its own; leave one out.`);
  return inUrl ?? inSettings;
};

const hostsOf = (text: string, faults: string[]): readonly KurrentHost[] => {
  if (text === '') faults.push('names no host.');
  return text === '' ? [] : text.split(',').flatMap((host) => hostOf(host, faults) ?? []);
};

const hostOf = (text: string, faults: string[]): KurrentHost | undefined => {
  const [, address, digits = String(portByDefault)] =
    /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = Number(digits);
  if (address !== undefined && port >= 1 && port <= 65_535) return { address, port };
  const hint = text.split(':').length > 2 ? ' (an IPv6 address stands in brackets: [::1]:2113)' : '';
  // What is no host may be a piece of a password.
  faults.push(`has a host that is none${hint}; write name or name:port, several with commas between.`);
  return undefined;
};

// As they are written, by how they are looked up.
const knownOptions = [
  'tls',
  'tlsVerifyCert',
  'tlsCaFile',
  'nodePreference',
  'streamPrefix',
  'connectionName',
  'keepAliveInterval',
  'keepAliveTimeout',
];
const spelt = new Map(knownOptions.map((name) => [name.toLowerCase(), name]));

const optionsOf = (query: string, faults: string[]): ReadonlyMap<string, string> => {
  const options = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const equals = pair.indexOf('=');
    const name = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const known = spelt.get(name);
    if (known === undefined)
      faults.push(`has an option '${optionName(name)}', which is none of ${knownOptions.join(', ')}.`);
    else if (equals < 0) faults.push(`gives option ${known} no value.`);
    else if (options.has(name)) faults.push(`gives option ${known} twice.`);
    else options.set(name, decodedOption(known, pair.slice(equals + 1), faults));
  }
  return options;
};

/** A name as an error may quote it: what is none may be a piece of a password. */
const optionName = (name: string): string => (/^[a-z]{1,40}$/.test(name) ? name : '?');

const decodedOption = (name: string, value: string, faults: string[]): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    faults.push(`has a '%' in option ${name} that begins no percent-encoded character; write it as %25.`);
    return '';
  }
};

const flagOf = (options: ReadonlyMap<string, string>, name: string, byDefault: boolean, faults: string[]): boolean => {
  const value = options.get(name.toLowerCase())?.toLowerCase();
  if (value === undefined) return byDefault;
  if (value !== 'true' && value !== 'false') faults.push(`has an option ${name} that is neither true nor false.`);
  return value !== 'false';
};

const checkTls = (
  options: ReadonlyMap<string, string>,
  tls: boolean,
  hasCredentials: boolean,
  { caFile }: KurrentSettings,
  faults: string[],
): void => {
  if (!flagOf(options, 'tlsVerifyCert', true, faults))
    faults.push(
      "has tlsVerifyCert=false: a server that nobody vouches for is not taken. Name its authority's certificate with tlsCaFile.",
    );
  const preference = options.get('nodepreference')?.toLowerCase() ?? 'leader';
  if (preference !== 'leader')
    faults.push('has another nodePreference than leader: what decides is read from the leader.');
  if (tls && !hasCredentials)
    faults.push('uses TLS and names no user and password; for a server that runs insecure, write tls=false.');
  if (!tls && hasCredentials)
    faults.push('has tls=false and names a user or a password, which would not be sent; leave them out, or use TLS.');
  if (!tls && (options.has('tlscafile') || caFile !== undefined))
    faults.push('has tls=false and names a CA file, which would not be used; leave it out, or use TLS.');
};

const prefixOf = (options: ReadonlyMap<string, string>, faults: string[]): string => {
  const prefix = options.get('streamprefix') ?? '';
  // A dash would end the category of its streams.
  if (prefix !== '' && !prefixShape.test(prefix))
    faults.push(
      'has a streamPrefix that is none: it is up to 64 letters, digits, dots and underscores, beginning with a letter.',
    );
  return prefix;
};

const wholeOf = <Name extends string>(
  options: ReadonlyMap<string, string>,
  name: Name,
  faults: string[],
): Partial<Record<Name, number>> => {
  const value = options.get(name.toLowerCase());
  if (value === undefined) return {};
  if (!/^\d{1,8}$/.test(value))
    faults.push(`has an option ${name} that is no whole number of milliseconds, of up to eight digits.`);
  return { [name]: Number(value) } as Partial<Record<Name, number>>;
};
