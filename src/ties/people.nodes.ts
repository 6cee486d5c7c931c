import { Injectable } from '@nestjs/common';
import { batched } from '../graphql/batches.js';
import type { Moment } from '../graphql/moment.js';
import type { RequestContext } from '../graphql/request-context.js';
import { OwnerNodes } from '../owners/owners.nodes.js';
import type { Colleague } from '../owners/our-own.types.js';
import { StakeholderNodes } from '../stakeholders/stakeholders.nodes.js';
import type { Stakeholder } from '../stakeholders/stakeholders.types.js';

/** Whom affiliations and ties name: stakeholders, and those of ours who say so. */
@Injectable()
export class PeopleNodes {
  constructor(
    private readonly stakeholders: StakeholderNodes,
    private readonly owners: OwnerNodes,
  ) {}

  async stakeholder(id: string, moment: Moment, request: RequestContext): Promise<Stakeholder> {
    const load = (ids: readonly string[], at: Moment) => this.stakeholders.identified(ids, at);
    return (await batched(request, 'tied', moment, load, id)) ?? this.stakeholders.justNow(id, 0, moment.validAt);
  }

  async colleague(id: string | null, moment: Moment, request: RequestContext): Promise<Colleague | null> {
    if (id === null) return null;
    const load = (ids: readonly string[], at: Moment) => this.owners.colleagues(ids, at);
    return batched(request, 'colleague', moment, load, id);
  }
}
