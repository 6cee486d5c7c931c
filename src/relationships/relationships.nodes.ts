import { Inject, Injectable } from '@nestjs/common';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import { READ_STORE } from '../tokens.js';
import { type CareNode, careNodeOf } from './care.nodes.js';
import { type RelationshipFactEntry, factById } from './relationship-facts-pages.js';
import type { RelationshipFactView } from './relationship-facts.js';
import {
  type StanceAssessed,
  type StanceWithdrawn,
  type StepTaken,
  relationshipFactTypes,
} from './relationships.types.js';

export type RelationshipFactNode = StepTaken | StanceAssessed | StanceWithdrawn | CareNode;

const typeOf = ({ kind, care }: RelationshipFactView): (typeof relationshipFactTypes)[number] => {
  switch (kind) {
    case 'step-taken':
      return 'StepTaken';
    case 'stance-assessed':
      return 'StanceAssessed';
    case 'stance-withdrawn':
      return 'StanceWithdrawn';
    default:
      if (care === undefined) throw new Error(`A fact of kind ${kind} does not say what it is.`);
      return care.type;
  }
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
    const { stakeholderId, factId, occurredAt, recordedAt, by, reason, step, skipped, stance, care, retraction } = view;
    const type = typeOf(view);
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
    if (care !== undefined) return careNodeOf(fact, care);
    switch (type) {
      case 'StepTaken':
        return {
          ...{ __typename: type, ...fact, step: step ?? 'listen', skippedWhenRecorded: skipped },
          interactionId: view.interactionId === undefined ? null : toGlobalId('Interaction', view.interactionId),
        };
      case 'StanceAssessed':
        return { __typename: type, ...fact, stance: stance ?? 'unknown' };
      default:
        return { __typename: 'StanceWithdrawn', ...fact };
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
