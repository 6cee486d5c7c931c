/** Somebody among those who are one: a tree, whose root is who remains. */
export interface Node {
  readonly id: string;
  /** Whom they were merged into; null for who remains. */
  readonly mergedInto: string | null;
  /** Who was merged into them, in no order that means anything. */
  readonly merged: readonly string[];
}

/** Both, once one is merged into the other. */
export const joined = <Each extends Node>(survivor: Each, merged: Each): readonly [Each, Each] => [
  { ...survivor, merged: [...survivor.merged, merged.id] },
  { ...merged, mergedInto: survivor.id },
];

/** Both, once they are two again; whoever was merged into either stays with them. */
export const parted = <Each extends Node>(survivor: Each, merged: Each): readonly [Each, Each] => [
  { ...survivor, merged: survivor.merged.filter((id) => id !== merged.id) },
  { ...merged, mergedInto: null },
];

/**
 * The trees that these ids stand in, each once: first who remains, then the others in the order of their ids. Who is not
 * known stands in none.
 */
export const treesOf = <Each extends Node>(
  nodes: ReadonlyMap<string, Each>,
  ids: Iterable<string>,
): readonly (readonly Each[])[] => {
  const trees = new Map<string, readonly Each[]>();
  for (const id of ids) {
    const root = rootOf(nodes, id);
    if (root !== undefined && !trees.has(root.id)) trees.set(root.id, treeUnder(nodes, root));
  }
  return [...trees.values()];
};

export const rootOf = <Each extends Node>(nodes: ReadonlyMap<string, Each>, id: string): Each | undefined => {
  let node = nodes.get(id);
  while (node !== undefined && node.mergedInto !== null) node = nodes.get(node.mergedInto);
  return node;
};

const treeUnder = <Each extends Node>(nodes: ReadonlyMap<string, Each>, root: Each): readonly Each[] => {
  const below: Each[] = [root];
  for (const { merged } of below)
    for (const id of merged) {
      const node = nodes.get(id);
      if (node !== undefined) below.push(node);
    }
  return [root, ...below.slice(1).sort((a, b) => (a.id < b.id ? -1 : 1))];
};
