/**
 * A map that grows, as a value: an older state keeps what it had. Adding to the newest state shares what is there, so that
 * folding n facts costs n and not n².
 */
export interface Growing<Item> {
  readonly size: number;
  /** In the order in which they were added; those from `size` on belong to newer states. */
  readonly items: ReadonlyMap<string, { readonly place: number; readonly item: Item }>;
}

export const nothingYet: Growing<never> = { size: 0, items: new Map() };

/** @param key not in the map yet. */
export const grown = <Item>(map: Growing<Item>, key: string, item: Item): Growing<Item> => {
  const { size } = map;
  // The empty map is everybody's; a state that was grown from before is some newer state's.
  const shared =
    size > 0 && map.items.size === size ? (map.items as Map<string, { place: number; item: Item }>) : copyOf(map);
  shared.set(key, { place: size, item });
  return { size: size + 1, items: shared };
};

export const itemOf = <Item>({ size, items }: Growing<Item>, key: string): Item | undefined => {
  const found = items.get(key);
  return found !== undefined && found.place < size ? found.item : undefined;
};

/** Oldest first. */
export const itemsOf = function* <Item>({ size, items }: Growing<Item>): Generator<Item> {
  for (const { place, item } of items.values()) {
    if (place >= size) return;
    yield item;
  }
};

const copyOf = <Item>({ size, items }: Growing<Item>): Map<string, { place: number; item: Item }> =>
  new Map([...items].slice(0, size));
