/** What changes, from what to what: fields that are left out, or stay as they are, are left out. Values are plain JSON. */
export const difference = <T extends object>(state: T, changes: Partial<T>): readonly [Partial<T>, Partial<T>] => {
  const from: Partial<T> = {};
  const to: Partial<T> = {};
  for (const field of Object.keys(changes) as (keyof T)[]) {
    const next = changes[field];
    if (next === undefined || same(state[field], next)) continue;
    from[field] = state[field];
    to[field] = next;
  }
  return [from, to];
};

/** Whether two values are the same plain JSON, their fields in the same order. */
export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
