import { Inject, Injectable } from '@nestjs/common';
import type { ReadStore } from '../event-sourcing/read-store.js';
import { toGlobalId } from '../graphql/ids.js';
import type { Moment } from '../graphql/moment.js';
import { NodeRegistry } from '../graphql/node.js';
import { READ_STORE } from '../tokens.js';
import type { Conversion } from './advocacy.types.js';
import { type ConversionOnPage, conversionOf } from './standing-pages.js';

/** Conversions as GraphQL shows them. */
@Injectable()
export class ConversionNodes {
  constructor(
    @Inject(READ_STORE) private readonly rows: ReadStore,
    registry: NodeRegistry,
  ) {
    registry.register('Conversion', (ids, moment) =>
      Promise.all(
        ids.map(async (id) => {
          const row = await conversionOf(this.rows, id, moment);
          return row ? this.nodeOf(row, moment) : null;
        }),
      ),
    );
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
