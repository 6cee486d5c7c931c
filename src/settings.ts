import 'reflect-metadata';
import { resolve } from 'node:path';
import {
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  Max,
  Min,
  ValidateBy,
  validateSync,
  type ValidationArguments,
} from 'class-validator';
import { tokenFrom } from './access/token.js';
import { claimsKeyShape } from './claims-key.js';
import {
  ConnectionStringRefused,
  isKurrentUrl,
  kurrentLocation,
  type KurrentLocation,
} from './event-sourcing/stores/kurrentdb.connection-string.js';
import { AddressRefused, PostgresAddress, postgresAddress } from './event-sourcing/stores/postgres-address.js';
import { Secret } from './secret.js';
import { type EnvironmentTexts, fromFiles } from './settings-from-files.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What becomes of an outbound interaction by somebody of ours who has not acknowledged the guidelines in force. */
const guidelinesSettings = ['shown', 'required'] as const;
export type GuidelinesSetting = (typeof guidelinesSettings)[number];

/** A store in SQLite files: the log is a file; the read store is a folder, with a file for each build. */
export interface SqliteLocation {
  readonly kind: 'sqlite';
  readonly path: string;
}

/** A read store in a PostgreSQL database. */
export interface PostgresLocation {
  readonly kind: 'postgres';
  readonly address: PostgresAddress;
}

export interface Limits {
  /** Bytes of a request's body. */
  readonly bodyMax: number;
  /** Levels of fields in an operation. */
  readonly depthMax: number;
  /** Objects that an operation may make the service build, as estimated before it runs. */
  readonly costMax: number;
  /** Aliases in an operation. */
  readonly aliasesMax: number;
  /** How long a query waits for `atLeast`, in milliseconds. */
  readonly waitMs: number;
  /** How long a shutdown may take, in milliseconds. */
  readonly shutdownMs: number;
}

/** What the environment says, checked. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Absolute path of the data folder. */
  readonly dataFolder: string;
  readonly eventStore: SqliteLocation | KurrentLocation;
  readonly readStore: SqliteLocation | PostgresLocation;
  readonly logLevel: LogLevel;
  readonly introspection: boolean;
  /** Whether what our people write without having acknowledged what is in force is shown, or refused. */
  readonly guidelines: GuidelinesSetting;
  readonly limits: Limits;
  /** The key of the claims, in hexadecimal; where it is not given, it stands in the data folder. */
  readonly claimsKey?: Secret;
  /** Token of the first admin key; where it is not given, one is made and stands in the data folder. */
  readonly adminKey?: Secret;
}

export interface SettingFault {
  readonly setting: string;
  readonly message: string;
}

/** The environment has faults: all of them, each with its setting. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
  constructor(readonly faults: readonly SettingFault[]) {
    super(['The settings have faults:', ...faults.map(({ setting, message }) => `  ${setting} ${message}`)].join('\n'));
  }
}

/** Products that keep the one and not the other, so that who mixes the two URLs up learns it. */
const otherStores: Readonly<Record<string, string>> = {
  esdb: 'EventStoreDB, which keeps a log and no rows',
  'esdb+discover': 'EventStoreDB, which keeps a log and no rows',
  kurrentdb: 'KurrentDB, which keeps a log and no rows',
  'kurrentdb+discover': 'KurrentDB, which keeps a log and no rows',
  postgres: 'PostgreSQL, which keeps rows and no log',
  postgresql: 'PostgreSQL, which keeps rows and no log',
};

const logsTaken = 'sqlite:PATH or esdb://USER:PASSWORD@HOST:PORT';
const rowsTaken = 'sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE';

const sqlitePath = (url: string): string | undefined => /^sqlite:(?:\/\/(?=.))?(.+)$/.exec(url)?.[1];

/** What is wrong with a URL of none of the kinds that are taken. */
const storeFault = (url: unknown, taken: string): string | undefined => {
  if (typeof url === 'string' && sqlitePath(url) !== undefined) return undefined;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(String(url))?.[1]?.toLowerCase();
  if (scheme === undefined) return `is not a store; write ${taken}.`;
  if (scheme === 'sqlite') return `names no path; write ${taken}.`;
  const product = otherStores[scheme];
  return product === undefined
    ? `names a store of the unknown kind '${scheme}'; write ${taken}.`
    : `names ${product}; write ${taken}.`;
};

const IsStore = (faultOf: (url: unknown, environment: Environment) => string | undefined): PropertyDecorator =>
  ValidateBy({
    name: 'isStore',
    validator: {
      validate: (value: unknown, args) => faultOf(value, args?.object as Environment) === undefined,
      defaultMessage: (args?: ValidationArguments) => faultOf(args?.value, args?.object as Environment) ?? '',
    },
  });

/** Settings of their own for what a connection string of KurrentDB may name too. */
interface KurrentNeighbours {
  readonly EVENT_STORE_USER?: string | undefined;
  readonly EVENT_STORE_PASSWORD?: string | undefined;
  readonly EVENT_STORE_CA_FILE?: string | undefined;
}

/** Where a KurrentDB is, or what is wrong with what was said of it; undefined for the URL of something else. */
const kurrentOf = (url: unknown, more: KurrentNeighbours): KurrentLocation | ConnectionStringRefused | undefined => {
  if (typeof url !== 'string' || !isKurrentUrl(url)) return undefined;
  try {
    return kurrentLocation(url, {
      username: more.EVENT_STORE_USER,
      password: more.EVENT_STORE_PASSWORD,
      caFile: more.EVENT_STORE_CA_FILE,
    });
  } catch (error) {
    if (error instanceof ConnectionStringRefused) return error;
    throw error;
  }
};

const eventStoreFault = (url: unknown, more: KurrentNeighbours): string | undefined => {
  const kurrent = kurrentOf(url, more);
  if (kurrent instanceof ConnectionStringRefused) return kurrent.message;
  return kurrent === undefined ? storeFault(url, logsTaken) : undefined;
};

/** A PostgreSQL's address, or what is wrong with it; undefined for the address of something else. */
const postgresOf = (url: unknown): PostgresAddress | AddressRefused | undefined => {
  if (typeof url !== 'string' || !/^postgres(?:ql)?:/i.test(url)) return undefined;
  try {
    return postgresAddress(url);
  } catch (error) {
    if (error instanceof AddressRefused) return error;
    throw error;
  }
};

const readStoreFault = (url: unknown): string | undefined => {
  const postgres = postgresOf(url);
  if (postgres instanceof AddressRefused) return postgres.message;
  return postgres === undefined ? storeFault(url, rowsTaken) : undefined;
};

const Whole = (min: number, max: number): PropertyDecorator => {
  const message = `must be a whole number from ${min} to ${max}, not '$value'.`;
  return (target, property) => {
    IsInt({ message })(target, property);
    Min(min, { message })(target, property);
    Max(max, { message })(target, property);
  };
};

// What is wrong with a secret is said without it.
const Held = (name: string, message: string, holds: (text: string) => boolean): PropertyDecorator =>
  ValidateBy({
    name,
    validator: {
      validate: (value: unknown) => typeof value === 'string' && holds(value),
      defaultMessage: () => message,
    },
  });

const words = (all: readonly string[]): string => `must be one of ${all.join(', ')}, not '$value'.`;

/** The settings as the environment has them; what is missing has its default. */
class Environment {
  @Whole(0, 65_535) PORT: unknown = 3_000;
  @IsNotEmpty({ message: 'must not be empty.' }) HOST = '127.0.0.1';
  @IsNotEmpty({ message: 'must not be empty.' }) RAPPORT_DATA = './data';
  @IsStore(eventStoreFault) EVENT_STORE_URL: unknown;
  EVENT_STORE_USER: string | undefined = undefined;
  EVENT_STORE_PASSWORD: string | undefined = undefined;
  EVENT_STORE_CA_FILE: string | undefined = undefined;
  @IsStore(readStoreFault) READ_STORE_URL: unknown;
  @IsIn(logLevels, { message: words(logLevels) }) LOG_LEVEL: LogLevel = 'info';
  @IsIn(['true', 'false'], { message: words(['true', 'false']) }) RAPPORT_INTROSPECTION = 'true';
  @IsIn(guidelinesSettings, { message: words(guidelinesSettings) }) RAPPORT_GUIDELINES: GuidelinesSetting = 'shown';
  // A call of recordInteractions holds 500 texts of 64 KiB.
  @Whole(1_024, 1_073_741_824) RAPPORT_BODY_MAX: unknown = 41_943_040;
  @Whole(1, 1_000) RAPPORT_DEPTH_MAX: unknown = 16;
  @Whole(1, 1_000_000_000) RAPPORT_COST_MAX: unknown = 25_000;
  @Whole(0, 100_000) RAPPORT_ALIASES_MAX: unknown = 50;
  @Whole(0, 600_000) RAPPORT_WAIT_MS: unknown = 5_000;
  @Whole(100, 600_000) RAPPORT_SHUTDOWN_MS: unknown = 10_000;
  @IsOptional()
  @Held('isClaimsKey', 'must be 64 hexadecimal digits.', (text) => claimsKeyShape.test(text))
  RAPPORT_CLAIMS_KEY: unknown;
  @IsOptional()
  @Held('isToken', 'must be the token of a key: rapport_<id>_<secret>.', (text) => tokenFrom(text) !== undefined)
  RAPPORT_ADMIN_KEY: unknown;
}

const numeric = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;

const faultsOf = (environment: Environment): readonly SettingFault[] =>
  validateSync(environment).flatMap(({ property, constraints }) =>
    // One sentence a setting: of several broken rules, the first says enough.
    Object.values(constraints ?? {})
      .slice(0, 1)
      .map((message) => ({ setting: property, message })),
  );

/**
 * Reads the settings. Each may stand in a file instead, named by its own name with `_FILE` behind it.
 * @throws SettingsRefused with every fault at once.
 */
export const settingsFrom = (given: EnvironmentTexts): Settings => {
  const environment = new Environment();
  const { env, faults: unread } = fromFiles(given, Object.keys(environment));
  const named = Object.keys(environment).filter((name) => env[name] !== undefined);
  const numbers = new Set(
    Object.entries(environment).flatMap(([name, value]) => (typeof value === 'number' ? [name] : [])),
  );
  Object.assign(
    environment,
    Object.fromEntries(named.map((name) => [name, numbers.has(name) ? numeric(env[name]) : env[name]])),
  );

  const dataFolder = resolve(environment.RAPPORT_DATA);
  environment.EVENT_STORE_URL ??= `sqlite:${resolve(dataFolder, 'events.db')}`;
  environment.READ_STORE_URL ??= `sqlite:${dataFolder}`;

  const faults = [...unread, ...faultsOf(environment)];
  if (faults.length > 0) throw new SettingsRefused(faults);

  const sqlite = (url: unknown): SqliteLocation => ({ kind: 'sqlite', path: resolve(sqlitePath(String(url)) ?? '') });
  const postgres = postgresOf(environment.READ_STORE_URL);
  const kurrent = kurrentOf(environment.EVENT_STORE_URL, environment);
  if (kurrent instanceof ConnectionStringRefused) throw kurrent;
  const settings: Settings = {
    port: Number(environment.PORT),
    host: environment.HOST,
    dataFolder,
    eventStore: kurrent ?? sqlite(environment.EVENT_STORE_URL),
    readStore:
      postgres instanceof PostgresAddress
        ? { kind: 'postgres', address: postgres }
        : sqlite(environment.READ_STORE_URL),
    logLevel: environment.LOG_LEVEL,
    introspection: environment.RAPPORT_INTROSPECTION === 'true',
    guidelines: environment.RAPPORT_GUIDELINES,
    limits: {
      bodyMax: Number(environment.RAPPORT_BODY_MAX),
      depthMax: Number(environment.RAPPORT_DEPTH_MAX),
      costMax: Number(environment.RAPPORT_COST_MAX),
      aliasesMax: Number(environment.RAPPORT_ALIASES_MAX),
      waitMs: Number(environment.RAPPORT_WAIT_MS),
      shutdownMs: Number(environment.RAPPORT_SHUTDOWN_MS),
    },
    ...(typeof environment.RAPPORT_CLAIMS_KEY === 'string' && {
      claimsKey: new Secret(environment.RAPPORT_CLAIMS_KEY),
    }),
    ...(typeof environment.RAPPORT_ADMIN_KEY === 'string' && { adminKey: new Secret(environment.RAPPORT_ADMIN_KEY) }),
  };
  environments.set(settings, Object.fromEntries(named.map((name) => [name, env[name]])));
  return settings;
};

const environments = new WeakMap<Settings, EnvironmentTexts>();

/**
 * What settings were read from. A thread reads them from it anew: what hides a password from printing hides it from being
 * handed to a thread as well.
 */
export const environmentOf = (settings: Settings): EnvironmentTexts => {
  const environment = environments.get(settings);
  if (environment === undefined) throw new TypeError('These settings were not read from an environment.');
  return environment;
};
