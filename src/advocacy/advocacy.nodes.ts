import { Injectable } from '@nestjs/common';
import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import type { Conversion } from './advocacy.types.js';
import { LiveRules } from './rules.live.js';
import { type ConversionOnPage, conversionOf } from './standing-pages.js';

/** Conversions as GraphQL shows them. */
@Injectable()
export class ConversionNodes {
  constructor(
    private readonly live: LiveRules,
    registry: NodeRegistry,
  ) {
    registry.register('Conversion', (ids, moment) =>
      Promise.all(
        ids.map(async (id) => {
          const row = await this.#rowOf(id, moment);
          return row ? this.nodeOf(row, moment) : null;
        }),
      ),
    );
  }

  /** An id holds whichever rules counted it: those in force are asked first. */
  async #rowOf(id: string, moment: Moment): Promise<ConversionOnPage | undefined> {
    for (const { rows } of await this.live.all(moment)) {
      const row = await conversionOf(rows, id, moment);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  nodeOf(row: ConversionOnPage, moment: Moment): Conversion {
    const { id, kind, at, since_at: since, rule } = row;
    return {
      __typename: 'Conversion',
      id: toGlobalId('Conversion', id, moment),
      row,
      moment,
      kind,
      occurredAt: at,
      since,
      rule,
    };
  }
}
