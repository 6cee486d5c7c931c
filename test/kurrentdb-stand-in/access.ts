import type { Metadata } from '@grpc/grpc-js';
import type { Log } from './log.js';
import { isMetadataStream, originalStreamOf } from './stored-event.js';
import type { AccessList } from './stream-metadata.js';

/** Passwords by user. The user `admin` may do everything, as in the real server. */
export type Users = Readonly<Record<string, string>>;

export type Action = 'read' | 'write' | 'delete';

/** Who calls: somebody by name, nobody, or somebody whose password is wrong. */
export type Caller = { readonly name: string } | 'anonymous' | 'wrong-password';

const everybody = '$all';
const admins = '$admins';

export const callerOf = (users: Users, metadata: Metadata): Caller => {
  const header = metadata.get('authorization').at(0)?.toString();
  if (header === undefined) return 'anonymous';
  const [, name = '', password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(header.replace(/^Basic /, ''), 'base64').toString()) ?? [];
  return password !== undefined && Object.hasOwn(users, name) && users[name] === password ? { name } : 'wrong-password';
};

const rightTo = (action: Action, ofMetadata: boolean): keyof AccessList => {
  if (action === 'delete') return '$d';
  if (action === 'read') return ofMetadata ? '$mr' : '$r';
  return ofMetadata ? '$mw' : '$w';
};

/**
 * Whether a user may do a thing to a stream. By default everybody who has a name may do everything to a stream, and only
 * administrators to `$all` and to the server's own; a stream's access list says otherwise, each right for itself.
 */
export const mayDo = (log: Log, caller: { readonly name: string }, action: Action, stream: string): boolean => {
  const ofMetadata = isMetadataStream(stream);
  const original = ofMetadata ? originalStreamOf(stream) : stream;
  if (ofMetadata && action === 'delete') return false;
  if (stream === everybody && action !== 'read') return false;
  if (caller.name === 'admin') return true;
  const byDefault = original.startsWith('$') ? [admins] : [everybody];
  const roles = log.metadataOf(original).acl?.[rightTo(action, ofMetadata)] ?? byDefault;
  return roles.includes(everybody) || roles.includes(caller.name);
};
