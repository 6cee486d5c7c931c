import type { Fact } from './fact.js';
import type { Projection } from './projection.js';
import type { Row, RowReader, Table } from './read-store.js';
import { open } from './position.js';

/** Facts of a bank, for the kit's own tests. A poisoned deposit is one that the projection cannot fold. */
export type BankFact =
  | Fact<'Deposited', { readonly account: string; readonly amount: number }>
  | Fact<'Closed', { readonly account: string }>
  | Fact<'Noticed', { readonly text: string }>;

export const deposited = (account: string, amount: number): BankFact => ({
  type: 'Deposited',
  data: { account, amount },
});
export const closed = (account: string): BankFact => ({ type: 'Closed', data: { account } });
export const noticed = (text: string): BankFact => ({ type: 'Noticed', data: { text } });

/** What each account held, in its versions. */
export const balance: Table = {
  name: 'balance',
  columns: { account: 'text', known_from: 'integer', known_until: 'integer', amount: 'real' },
  key: ['account', 'known_from'],
  indexes: [{ columns: ['amount', 'account'] }],
};

/** The same rows without versions: what each account holds now, and one row a deposit. */
export const holding: Table = {
  name: 'holding',
  columns: { account: 'text', amount: 'real', note: 'text' },
  nullable: ['note'],
  key: ['account'],
};
export const deposit: Table = {
  name: 'deposit',
  columns: { ordinal: 'integer', account: 'text', amount: 'real' },
  key: ['ordinal'],
  indexes: [{ columns: ['account', 'ordinal'], unique: true }],
};

type Amounts = Map<string, number>;

const accountOf = (data: object): string => ('account' in data && typeof data.account === 'string' ? data.account : '');
const amountOf = (data: object): number => ('amount' in data && typeof data.amount === 'number' ? data.amount : 0);

const amountsIn = async (sql: string, accounts: ReadonlySet<string>, rows: RowReader): Promise<Amounts> => {
  const amounts: Amounts = new Map();
  for (const account of accounts) {
    const row = await rows.first<Row & { amount: number }>(sql, [account]);
    if (row !== undefined) amounts.set(account, row.amount);
  }
  return amounts;
};

const reads = new Set(['Deposited', 'Closed']);

export interface BankOptions {
  readonly version?: number;
  /** Called before each event is folded: throws to fail it. */
  readonly folding?: (account: string, amount: number) => void;
}

/** A projection with versions. */
export const balances = ({ version = 1, folding }: BankOptions = {}): Projection<Amounts> => ({
  name: 'balances',
  version,
  tables: [balance],
  reads,
  load: (events, rows) =>
    amountsIn(
      `SELECT amount FROM balance WHERE account = ? AND known_until = ${open}`,
      new Set(events.map(({ data }) => accountOf(data))),
      rows,
    ),
  evolve: (amounts, { type, data, ordinal }, rows) => {
    const account = accountOf(data);
    folding?.(account, amountOf(data));
    const before = amounts.get(account);
    if (before !== undefined) rows.close(balance, [account], ordinal);
    if (type === 'Closed') {
      amounts.delete(account);
      return;
    }
    // Two versions by one event: the first was never known.
    rows.insert(balance, { account, known_from: ordinal, known_until: open, amount: -1 });
    rows.close(balance, [account], ordinal);
    const amount = (before ?? 0) + amountOf(data);
    rows.insert(balance, { account, known_from: ordinal, known_until: open, amount });
    amounts.set(account, amount);
  },
});

/** A projection without versions, which keeps what it loaded. */
export const holdings = ({ version = 1, folding }: BankOptions = {}): Projection<Amounts> => ({
  name: 'holdings',
  version,
  tables: [holding, deposit],
  reads,
  load: async (events, rows, kept) => {
    const accounts = new Set(events.map(({ data }) => accountOf(data)));
    const known = kept.get('amounts');
    const amounts: Amounts = known instanceof Map ? (known as Amounts) : new Map<string, number>();
    const missing = new Set([...accounts].filter((account) => !amounts.has(account)));
    for (const [account, amount] of await amountsIn('SELECT amount FROM holding WHERE account = ?', missing, rows))
      amounts.set(account, amount);
    kept.set('amounts', amounts);
    return amounts;
  },
  evolve: (amounts, { type, data, ordinal }, rows) => {
    const account = accountOf(data);
    folding?.(account, amountOf(data));
    if (type === 'Closed') {
      amounts.delete(account);
      rows.remove(holding, [account]);
      return;
    }
    const amount = (amounts.get(account) ?? 0) + amountOf(data);
    amounts.set(account, amount);
    rows.put(holding, { account, amount });
    rows.insert(deposit, { ordinal, account, amount: amountOf(data) });
  },
});
