import type { Projected } from '../read-store.js';

const identifier = /^[a-z_][a-z0-9_]*$/;
const projectionName = /^[a-z][a-z0-9-]*$/;
// What a projection's build and its readers hold beside its own tables.
const reserved = new Set(['checkpoint']);

const assertIdentifiers = (names: readonly string[]): void => {
  const bad = names.find((name) => !identifier.test(name) || reserved.has(name));
  if (bad !== undefined) throw new TypeError(`'${bad}' cannot name a table or a column.`);
};

/** @throws TypeError where a projection has a name that cannot stand in SQL, or two have the same table. */
export const assertProjectable = (projections: readonly Projected[]): void => {
  const names = projections.map(({ name }) => name);
  const tables = projections.flatMap((projection) => projection.tables);
  const odd = names.find((name) => !projectionName.test(name));
  if (odd !== undefined) throw new TypeError(`'${odd}' cannot name a projection.`);
  assertIdentifiers(tables.flatMap(({ name, columns }) => [name, ...Object.keys(columns)]));
  for (const all of [names, tables.map(({ name }) => name)]) {
    const twice = all.find((name, index) => all.indexOf(name) !== index);
    if (twice !== undefined) throw new TypeError(`'${twice}' is there twice.`);
  }
};
