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
): Promise<Value | null> =>
  loaderOf<Key, Value | null>(request, name, moment, async (keys) => {
    const found = await load([...new Set(keys)], moment);
    return keys.map((each) => found.get(each) ?? null);
  }).load(key);

/**
 * The same of stakeholders of whom several may be one: asked by the keys (or ids) of all who are one, answered by the
 * first, who remains.
 */
export const batchedOfGroups = <Key extends string | number, Value>(
  request: object,
  name: string,
  moment: Moment,
  load: (groups: readonly (readonly Key[])[], moment: Moment) => Promise<ReadonlyMap<Key, Value>>,
  group: readonly Key[],
): Promise<Value | null> =>
  loaderOf<readonly Key[], Value | null>(request, name, moment, async (groups) => {
    const distinct = new Map(groups.map((each) => [each[0], each]));
    const found = await load([...distinct.values()], moment);
    return groups.map(([first]) => (first === undefined ? null : (found.get(first) ?? null)));
  }).load(group);

const loaderOf = <Key, Value>(
  request: object,
  name: string,
  moment: Moment,
  load: (keys: readonly Key[]) => Promise<readonly Value[]>,
): DataLoader<Key, Value> => {
  const loaders = kept.get(request) ?? new Map<string, DataLoader<unknown, unknown>>();
  kept.set(request, loaders);
  const id = `${name} ${moment.known} ${moment.validAt}`;
  const known = loaders.get(id) as DataLoader<Key, Value> | undefined;
  const loader = known ?? new DataLoader<Key, Value>(load, { cache: false });
  if (!known) loaders.set(id, loader);
  return loader;
};
