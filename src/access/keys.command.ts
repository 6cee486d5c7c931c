import { randomUUID } from 'node:crypto';
import { CommandFailed, type ExitStatus, say, settingsFor, type Surroundings, toldOn } from '../command.js';
import type { EventStore } from '../event-sourcing/event-store.js';
import { transactions } from '../event-sourcing/transact.js';
import { logOf } from '../log-of.js';
import { openWholeLog } from '../stores.js';
import { isRole, roles } from './credential.js';
import { type KeyContext, Keys } from './keys.js';

/** Whoever may write to the data folder may make keys: the command asks for no credential. */
const atTheMachine = (): KeyContext => ({
  actor: 'command line',
  actorKind: 'person',
  credential: 'cli',
  correlationId: randomUUID(),
});

const nameMax = 100;
const printable = /^\P{Cc}+$/u;

/** `rapport keys make`: the token, once, on standard output. */
export const makeKeyCommand = async (name: string, role: string, around: Surroundings): Promise<ExitStatus> => {
  const settings = settingsFor(around, [
    ...(name.trim() !== '' && name.length <= nameMax && printable.test(name)
      ? []
      : [`A key's name has 1 to ${nameMax} characters, and no line break among them.`]),
    ...(isRole(role) ? [] : [`--role is ${roles.join(' or ')}${role === '' ? '' : `, not '${role}'`}.`]),
  ]);
  if (!isRole(role)) return 1;
  return withKeys(await openWholeLog(settings, toldOn(around.err)), async (keys) => {
    const { credential, token } = await keys.make(name, role, atTheMachine());
    say(around.out, token);
    say(around.err, `Key ${credential.id} for ${name}, ${role}. The token is told this once.`);
  });
};

/** `rapport keys revoke`. Running services know within a second. */
export const revokeKeyCommand = async (id: string, around: Surroundings): Promise<ExitStatus> =>
  withKeys(await logOf(settingsFor(around), around), async (keys) => {
    if (!(await keys.revoke(id, atTheMachine()))) throw new CommandFailed(`There is no key ${id}.`);
    say(around.err, `Key ${id} is revoked.`);
  });

/** `rapport keys list`: in the order in which they were made, a line each. */
export const listKeysCommand = async (around: Surroundings): Promise<ExitStatus> =>
  withKeys(await logOf(settingsFor(around), around), async (keys) => {
    for (const { id, role, name, madeAt, revokedAt } of await keys.list()) {
      const revoked = revokedAt === null ? '' : `, revoked ${dayOf(revokedAt)}`;
      say(around.out, `${id}  ${role.padEnd(8)}  made ${dayOf(madeAt)}${revoked}  ${name}`);
    }
  });

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

const withKeys = async (store: EventStore, work: (keys: Keys) => Promise<void>): Promise<ExitStatus> => {
  try {
    await work(new Keys(store, transactions(store)));
    return 0;
  } finally {
    await store.close();
  }
};
