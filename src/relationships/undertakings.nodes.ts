import type { RowReader } from '../event-sourcing/read-store.js';
import { type Connection, type ConnectionArgs, pageOf } from '../graphql/connections.js';
import { foundConnection, sliceOf } from '../graphql/found-pages.js';
import { fromGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { groupsOf } from '../ties/groups.js';
import {
  type Undertaking,
  type UndertakingFilter,
  type UndertakingKind,
  type UndertakingState,
  countUndertakings,
  cursorOf,
  undertakingsPage,
} from './undertaking-pages.js';

/** Which undertakings a client asks for; ids are global. */
interface Asked {
  readonly stakeholderId?: string | null;
  readonly ownerId?: string | null;
  readonly states?: readonly UndertakingState[] | null;
}

/** The same in the terms of the rows: of a stakeholder, under all their ids then. */
export const askedOf = async (
  rows: RowReader,
  kind: UndertakingKind,
  { stakeholderId, ownerId, states }: Asked,
  moment: Moment,
): Promise<UndertakingFilter> => {
  const id =
    stakeholderId == null ? undefined : fromGlobalId(stakeholderId, 'Stakeholder', 'where', 'stakeholderId').id;
  return {
    kind,
    stakeholderIds: id === undefined ? undefined : ((await groupsOf(rows, [id], moment)).get(id)?.members ?? [id]),
    owner: ownerId == null ? undefined : fromGlobalId(ownerId, 'Colleague', 'where', 'ownerId').id,
    states: states ?? undefined,
  };
};

/** A page of undertakings as a connection: what is open first, by the date by which it is due. */
export const undertakingsConnection = async <Node>(
  rows: RowReader,
  where: UndertakingFilter,
  args: ConnectionArgs,
  moment: Moment,
  nodeOf: (undertaking: Undertaking, moment: Moment) => Node,
): Promise<Connection<Node>> => {
  const list = where.kind === 'commitment' ? 'commitments' : 'outreaches';
  const page = pageOf(args, list, 'nnn');
  const slice = sliceOf(page, 'asc', ([settled, dueAt, key]) => ({
    settled: Number(settled),
    dueAt: Number(dueAt),
    key: Number(key),
  }));
  const found = await undertakingsPage(rows, { past: moment, where, ...slice });
  return foundConnection(
    page,
    list,
    found,
    (undertaking) => {
      const { settled, dueAt, key } = cursorOf(undertaking);
      return [settled, dueAt, key];
    },
    (undertaking) => nodeOf(undertaking, moment),
    () => countUndertakings(rows, moment, where),
  );
};
