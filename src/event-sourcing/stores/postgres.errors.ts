import { StoreUnavailable } from '../event-store.js';
import { StoreRefused } from './store-refused.js';

/** The connection was lost, or none came about: whether what was asked for has happened is not known. */
export class ConnectionLost extends StoreUnavailable {}

/** The SQLSTATE of an error of the server; undefined for any other error. */
export const sqlState = (error: unknown): string | undefined => {
  const code = fieldOf(error, 'code');
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && fieldOf(error, 'severity') !== undefined
    ? code
    : undefined;
};

/** A table, a schema or a column that is not there. */
export const isMissing = (error: unknown): boolean => ['42P01', '3F000', '42703'].includes(sqlState(error) ?? '');

const fieldOf = (error: unknown, field: string): unknown =>
  typeof error === 'object' && error !== null ? (error as Readonly<Record<string, unknown>>)[field] : undefined;

// The connection ends with these, or was never open: admin shutdown, crash shutdown, starting up, idle for too long.
const lost = new Map([
  ['57P01', 'it is shutting down'],
  ['57P02', 'it crashed'],
  ['57P03', 'it is starting up'],
  ['57P04', 'its database was dropped'],
  ['57P05', 'it ended an idle session'],
  ['25P03', 'it ended a transaction that was idle for too long'],
  ['53300', 'it has too many connections'],
]);

const unavailable = new Map([
  ['57014', 'it took too long'],
  ['55P03', 'a lock was held for too long'],
  ['40P01', 'two transactions waited for each other'],
  ['40001', 'two transactions met'],
  ['25006', 'it is read-only'],
  ['53100', 'its disk is full'],
  ['53200', 'it is out of memory'],
]);

const refused = new Map([
  ['28P01', 'the password was refused'],
  ['28000', 'the user was refused'],
  ['3D000', 'there is no such database'],
  ['42501', 'the user has no right to do this'],
  ['XX001', 'its data is damaged'],
  ['XX002', 'an index is damaged'],
]);

const ofNode = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'the connection was cut'],
  ['EPIPE', 'the connection was cut'],
  ['ETIMEDOUT', 'it does not answer'],
  ['EHOSTUNREACH', 'there is no way there'],
  ['ENETUNREACH', 'there is no way there'],
  ['ENOTFOUND', 'the name of the host is not known'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up now'],
  ['ENOENT', 'there is no such socket'],
]);

// The driver has no codes for what happens to a connection.
const ofDriver: readonly (readonly [RegExp, string])[] = [
  [
    /connection terminated due to connection timeout|timeout exceeded when trying to connect|timeout expired/i,
    'it does not answer in time',
  ],
  [/query read timeout/i, 'it does not answer in time'],
  [
    /connection terminated|connection ended|not queryable|client was closed|connection error|cannot use a pool/i,
    'the connection was cut',
  ],
];

/**
 * The driver's error in the words of the store: ConnectionLost, StoreUnavailable, StoreRefused, or the error itself where
 * it is a bug. What the server says of a refused log-in is not said again: it may quote.
 * @param server names it, without a password.
 */
export const plainly = (error: unknown, server: string): unknown => {
  const state = sqlState(error);
  if (state !== undefined) return ofServer(error, state, server);
  const code = fieldOf(error, 'code');
  const network = typeof code === 'string' ? ofNode.get(code) : undefined;
  if (network !== undefined) return new ConnectionLost(`${server}: ${network}.`, { cause: error });
  const message = String(fieldOf(error, 'message'));
  const [, said] = ofDriver.find(([pattern]) => pattern.test(message)) ?? [];
  if (said !== undefined) return new ConnectionLost(`${server}: ${said}.`, { cause: error });
  const tls = tlsFault(code, message);
  return tls === undefined ? error : new StoreRefused(`${server}: ${tls}`, { cause: error });
};

const ofServer = (error: unknown, state: string, server: string): unknown => {
  const cut = lost.get(state) ?? (state.startsWith('08') ? 'the connection was cut' : undefined);
  if (cut !== undefined) return new ConnectionLost(`${server}: ${cut}.`, { cause: error });
  const passing = unavailable.get(state) ?? (/^(?:53|58)/.test(state) ? 'its machine fails' : undefined);
  if (passing !== undefined) return new StoreUnavailable(`${server}: ${passing} (${state}).`, { cause: error });
  const lasting = refused.get(state);
  return lasting === undefined ? error : new StoreRefused(`${server}: ${lasting} (${state}).`, { cause: error });
};

const tlsFault = (code: unknown, message: string): string | undefined => {
  if (/does not support SSL/i.test(message)) return 'it takes no encrypted connections; sslmode=disable goes without.';
  if (/password must be a string|SASL.*password|no password/i.test(message))
    return 'it asks for a password, and none was given.';
  const certificate = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_OSSL)/;
  return typeof code === 'string' && certificate.test(code)
    ? `its certificate is not believed (${code}); sslrootcert names the file of its authority.`
    : undefined;
};
