import DataLoader from 'dataloader';
import type { Moment } from './moment.js';

type Load<Key, Value> = (keys: readonly Key[], moment: Moment) => Promise<ReadonlyMap<Key, Value>>;

const kept = new WeakMap<object, Map<string, DataLoader<unknown, unknown>>>();

/**
 * Asks once for what many fields of one request want of one past: `load` is called with all keys that are wanted at the same
 * time. Nothing is cached: what is read twice is as new as the second time.
 * @param request the request's context object.
 * @param name tells loads apart.
 */
export const batched = <Key extends string | number, Value>(
  request: object,
  name: string,
  moment: Moment,
  load: Load<Key, Value>,
  key: Key,
): Promise<Value | null> => {
  const loaders = kept.get(request) ?? new Map<string, DataLoader<unknown, unknown>>();
  kept.set(request, loaders);
  const id = `${name} ${moment.known} ${moment.validAt}`;
  const known = loaders.get(id) as DataLoader<Key, Value | null> | undefined;
  const loader =
    known ??
    new DataLoader<Key, Value | null>(
      async (keys) => {
        const found = await load([...new Set(keys)], moment);
        return keys.map((each) => found.get(each) ?? null);
      },
      { cache: false },
    );
  if (!known) loaders.set(id, loader);
  return loader.load(key);
};
