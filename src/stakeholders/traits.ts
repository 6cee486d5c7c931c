import { type Handle, normalForm } from './handle.js';
import { wordsOf } from './words.js';

/** What speaks for two records being of one person, the strongest first. Stored: never change what a kind means. */
export const traitKinds = ['address', 'mailbox', 'account', 'name'] as const;
export type TraitKind = (typeof traitKinds)[number];

/** The rule by which suggestions are found. */
export const suggestionDefinition = 'merge-suggestions-v1';

/** A trait as it is stored: its kind's place, so that the strongest are sorted first, and what is the same. */
export interface Trait {
  readonly kind: TraitKind;
  readonly value: string;
}

const valueMax = 200;
export const storedTrait = ({ kind, value }: Trait): string =>
  `${traitKinds.indexOf(kind)} ${value.slice(0, valueMax)}`;
export const traitIn = (stored: string): Trait => ({
  kind: traitKinds[Number(stored.slice(0, 1))] ?? 'name',
  value: stored.slice(2),
});

/**
 * What others may have in common with somebody:
 * - `address`: an address of email as a mailbox provider reads it: without what follows a plus, and without dots.
 * - `mailbox`: what stands before the at, with the same name: one person at two providers.
 * - `account`: a name on a channel of accounts, of four signs or more.
 * - `name`: two words or more, in any order; accents and case do not count.
 */
export const traitsOf = (name: string, handles: readonly Handle[]): ReadonlySet<string> => {
  const words = [...wordsOf(name)].sort();
  const traits = new Set<string>();
  const add = (kind: TraitKind, value: string): void => {
    traits.add(storedTrait({ kind, value }));
  };
  if (words.length > 1) add('name', words.join(' '));
  for (const handle of handles) {
    const address = normalForm(handle).split('\n')[2] ?? '';
    if (handle.channel === 'email') {
      const at = address.lastIndexOf('@');
      const local = plainLocal(address.slice(0, at));
      const domain = address.slice(at + 1);
      if (local === '') continue;
      add('address', `${local}@${sameProvider[domain] ?? domain}`);
      if (words.length > 0) add('mailbox', `${local} ${words.join(' ')}`);
    } else if (!withoutAccounts.has(handle.channel) && address.length >= accountLengthMin) add('account', address);
  }
  return traits;
};

const plainLocal = (local: string): string => local.replace(/\+.*$/, '').replaceAll('.', '');
const sameProvider: Readonly<Record<string, string>> = { 'googlemail.com': 'gmail.com' };
const accountLengthMin = 4;
/** Their addresses are numbers and pages, and no names of accounts. */
const withoutAccounts: ReadonlySet<Handle['channel']> = new Set(['phone', 'web', 'blog', 'press']);
