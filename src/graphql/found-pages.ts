import type { Page as Found, Slice } from '../event-sourcing/page.js';
import type { Connection, Page } from './connections.js';
import { type Keyset, encodeCursor } from './cursors.js';

/** The slice of an ordered list that a page asks for. */
export const sliceOf = <Cursor>(
  { size, backwards, from }: Page,
  order: 'asc' | 'desc',
  cursorOf: (keys: Keyset) => Cursor,
): Slice<Cursor> => ({
  order,
  limit: Math.max(size, 1),
  after: from !== null && !backwards ? cursorOf(from) : undefined,
  before: from !== null && backwards ? cursorOf(from) : undefined,
  fromEnd: backwards,
});

/**
 * A page as it was found, as a connection.
 * @param list names the list and its order, as it was given to `pageOf`.
 */
export const foundConnection = <Entry, Node>(
  { size, backwards, from }: Page,
  list: string,
  { entries, more }: Found<Entry>,
  keysOf: (entry: Entry) => Keyset,
  nodeOf: (entry: Entry) => Node,
  totalCount: Connection<Node>['totalCount'],
): Connection<Node> => {
  const shown = size === 0 ? [] : entries;
  const beyond = size === 0 ? entries.length > 0 : more;
  const edges = shown.map((entry) => ({ cursor: encodeCursor(list, keysOf(entry)), node: nodeOf(entry) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: backwards ? from !== null : beyond,
      hasPreviousPage: backwards ? beyond : from !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount,
  };
};
