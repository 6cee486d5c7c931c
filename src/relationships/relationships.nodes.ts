import { Inject, Injectable } from '@nestjs/common';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import { READ_STORE } from '../tokens.js';
import { type RelationshipFactEntry, factById } from './relationship-facts-pages.js';
import type { RelationshipFactKind } from './relationship-facts.js';
import {
  type StanceAssessed,
  type StanceWithdrawn,
  type StepTaken,
  relationshipFactTypes,
} from './relationships.types.js';

export type RelationshipFactNode = StepTaken | StanceAssessed | StanceWithdrawn;

const typeOf: Record<RelationshipFactKind, (typeof relationshipFactTypes)[number]> = {
  'step-taken': 'StepTaken',
  'stance-assessed': 'StanceAssessed',
  'stance-withdrawn': 'StanceWithdrawn',
};

/** Decisions about relationships as GraphQL shows them. */
@Injectable()
export class RelationshipFactNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    for (const type of relationshipFactTypes) registry.register(type, (ids, moment) => this.byId(ids, moment));
  }

  nodeOf({ view, tie: recordedAsOf }: RelationshipFactEntry, moment: Moment): RelationshipFactNode {
    const { stakeholderId, factId, kind, occurredAt, recordedAt, by, reason, step, skipped, stance, retraction } = view;
    const type = typeOf[kind];
    const fact = {
      id: toGlobalId(type, factId, moment),
      stakeholderId,
      moment,
      recordedAsOf,
      occurredAt: Date.parse(occurredAt),
      recordedAt,
      by,
      reason,
      retraction,
    };
    switch (type) {
      case 'StepTaken':
        return {
          ...{ __typename: type, ...fact, step: step ?? 'listen', skippedWhenRecorded: skipped },
          interactionId: view.interactionId === undefined ? null : toGlobalId('Interaction', view.interactionId),
        };
      case 'StanceAssessed':
        return { __typename: type, ...fact, stance: stance ?? 'unknown' };
      case 'StanceWithdrawn':
        return { __typename: type, ...fact };
    }
  }

  async byId(ids: readonly string[], moment: Moment): Promise<readonly (RelationshipFactNode | null)[]> {
    return Promise.all(
      ids.map(async (id) => {
        const found = await factById(this.rows, id, moment);
        return found && this.nodeOf(found, moment);
      }),
    );
  }
}
