import { standingProjection } from '../../src/advocacy/standing-projection.js';
import { standingsAt } from '../../src/advocacy/standing-readings.js';
import { projectBatch } from '../../src/event-sourcing/batch.js';
import type { RecordedEvent } from '../../src/event-sourcing/event-store.js';
import { BoundedKept } from '../../src/event-sourcing/kept.js';
import { type Past, present } from '../../src/event-sourcing/past.js';
import type { Projection } from '../../src/event-sourcing/projection.js';
import type { Build, ReadStore } from '../../src/event-sourcing/read-store.js';
import { buildLease, projectLease } from '../../src/event-sourcing/read-store.js';
import { recorded } from '../../src/event-sourcing/specification.js';
import { openSqliteReadStore } from '../../src/event-sourcing/stores/sqlite.read-store.js';
import { entriesPage } from '../../src/interactions/timeline-pages.js';
import { timeline } from '../../src/interactions/timeline.js';
import { directory } from '../../src/stakeholders/directory.js';
import type { Family } from '../family.js';
import { inTurn } from '../measuring.js';
import { type Row, compared, told } from '../table.js';

const hourMs = 3_600_000;
const start = Date.UTC(2010, 0, 1);
const logId = '0123456789abcdef';
const holder = 'bench';
const people = ['ann', 'bob'];

function* identifications(): Generator<RecordedEvent> {
  for (const [index, id] of people.entries()) {
    const personal = { of: [id], name: id, handles: [], externalIds: [] };
    const data = { stakeholderId: id, kind: 'person', tokens: [], personal };
    yield recorded({ type: 'StakeholderIdentified', data }, { stream: `stakeholder-${id}`, ordinal: index + 1 });
  }
}

/** What both say, in turn, an hour after another. */
function* saidByBoth(each: number): Generator<RecordedEvent> {
  yield* identifications();
  for (let number = 0; number < each * 2; number += 1) {
    const id = people[number % 2] ?? '';
    const interactionId = `said-${number}`;
    const personal = { of: [id], subject: null, text: null, url: null, ourPeople: [], handles: [] };
    const data = {
      ...{
        interactionId,
        direction: 'inbound',
        channel: 'email',
        act: 'comment',
        topics: [],
        reach: null,
        language: null,
      },
      ...{
        occurredAt: new Date(start + number * hourMs).toISOString(),
        inReplyTo: null,
        source: null,
        sent: '',
        marks: [],
      },
      participants: [{ stakeholderId: id, role: 'author' }],
      ...{ tone: { value: Math.sin(number * 12.9898), person: 'Ada' }, personal },
    };
    const place = { stream: `interaction-${interactionId}`, ordinal: number + people.length + 1 };
    yield recorded({ type: 'InteractionRecorded', data }, place);
  }
}

function* inPages(events: Iterable<RecordedEvent>): Generator<readonly RecordedEvent[]> {
  let page: RecordedEvent[] = [];
  for (const event of events) {
    page.push(event);
    if (page.length < 2_000) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** One projection's rows, to which a merge is to come; what is written counts. */
class Fold {
  written = 0;
  readonly #counting: Build;

  constructor(
    readonly projection: Projection,
    build: Build,
  ) {
    const commit: Build['commit'] = (writes, ordinal) => {
      for (const { writes: its } of writes) this.written += its.length;
      return build.commit(writes, ordinal);
    };
    // All that projecting a batch asks of a build.
    this.#counting = { rows: build.rows, commit } as Build;
  }

  /** Milliseconds that it takes. Nothing is remembered of before: the worst case. */
  async take(page: readonly RecordedEvent[], kept = new BoundedKept(50_000)): Promise<number> {
    this.written = 0;
    const began = performance.now();
    await projectBatch(this.projection, this.#counting, kept, page, page.at(-1)?.ordinal ?? 0);
    return performance.now() - began;
  }
}

interface World {
  readonly rows: ReadStore;
  readonly folds: readonly Fold[];
  readonly last: number;
  /** Milliseconds that the standing of all took from its first event on. */
  readonly standingMs: number;
}

const worldOf = async (each: number): Promise<World> => {
  const projections: readonly Projection[] = [standingProjection(), timeline, directory];
  const rows = openSqliteReadStore({ folder: ':memory:', projections, logId });
  const leases = projections.flatMap((projection) => [buildLease(projection), projectLease(projection)]);
  await rows.hold(holder, leases, hourMs);
  const folds: Fold[] = [];
  let standingMs = 0;
  for (const projection of projections) {
    const build = await rows.begin(projection, holder);
    const fold = new Fold(projection, build);
    const kept = new BoundedKept(50_000);
    for (const page of inPages(saidByBoth(each))) {
      const ms = await fold.take(page, kept);
      if (projection.name === 'standing') standingMs += ms;
    }
    await build.settle();
    await rows.makeLive(build, holder);
    folds.push(fold);
  }
  return { rows, folds, last: each * 2 + people.length, standingMs };
};

const merged = (ordinal: number): RecordedEvent =>
  recorded(
    { type: 'StakeholdersMerged', data: { stakeholderId: 'ann', mergedId: 'bob', token: 't', guard: 'g' } },
    { stream: 'stakeholder-ann', ordinal },
  );
const parted = (ordinal: number): RecordedEvent =>
  recorded(
    { type: 'StakeholderUnmerged', data: { stakeholderId: 'ann', mergedId: 'bob', token: 't' } },
    { stream: 'stakeholder-ann', ordinal },
  );

/** What the merge wrote for who they are and what passed, and for where they stand; and how long that took. */
const merging = async ({ folds }: World, event: RecordedEvent) => {
  let [rows, standingRows, standingMs] = [0, 0, 0];
  for (const fold of folds) {
    const reads = fold.projection.reads.has(event.type) ? [event] : [];
    const ms = await fold.take(reads.length === 0 ? [event] : reads);
    if (fold.projection.name === 'standing') [standingRows, standingMs] = [fold.written, ms];
    else rows += fold.written;
  }
  return { rows, standingRows, standingMs };
};

const reading = async (rows: ReadStore, members: readonly number[], past: Past): Promise<number> => {
  const began = performance.now();
  for (let round = 0; round < 20; round += 1) {
    await entriesPage(rows, { members, past, order: 'desc', limit: 20 });
    await standingsAt(rows, [members], past);
  }
  return (performance.now() - began) / 20;
};

export const merge: Family = {
  name: 'merge',
  run: async (bench): Promise<readonly Row[]> => {
    const each = bench.scaled(100_000, 2_000);
    const few = await worldOf(10);
    const tenth = await worldOf(Math.round(each / 10));
    const many = await worldOf(each);
    const validAt = start + (many.last + 1) * hourMs;
    const before = { known: present, validAt };
    const asOf = { known: many.last, validAt };
    // The same two, whom nobody merges.
    const apart = await worldOf(each);

    // Merged and parted in turn, so that each merge finds what the first found.
    let place = 0;
    let wrote = { rows: 0, standingRows: 0, fewRows: 0 };
    const standing = await inTurn(bench.rounds(3), {
      many: async () => {
        const { rows, standingRows, standingMs } = await merging(many, merged(many.last + (place += 1)));
        wrote = { ...wrote, rows, standingRows };
        await merging(many, parted(many.last + (place += 1)));
        return standingMs;
      },
      tenth: async () => {
        const { standingMs } = await merging(tenth, merged(tenth.last + (place += 1)));
        await merging(tenth, parted(tenth.last + (place += 1)));
        return standingMs;
      },
    });
    wrote = { ...wrote, fewRows: (await merging(few, merged(few.last + 1))).rows };
    await merging(many, merged(many.last + (place += 1)));
    const reads = await inTurn(bench.rounds(30), {
      asOf: () => reading(many.rows, [1], asOf),
      one: () => reading(many.rows, [1, 2], before),
      apart: () => reading(apart.rows, [1], before),
    });
    for (const { rows } of [few, tenth, many, apart]) await rows.close();
    const name = 'merge of two with 10^5 interactions each';
    const page = 'a timeline page and the standing';
    return [
      compared(
        `${name}: rows written but for their standing, against two with 10`,
        wrote.rows,
        'rows',
        wrote.fewRows,
        '<= 1',
      ),
      told(`${name}: rows of their standing that are others now`, wrote.standingRows, 'rows'),
      compared(
        `${name}: their standing read again, against ten times two with 10^4`,
        standing.many,
        'ms',
        standing.tenth * 10,
        '<= 1.5',
      ),
      compared(
        `${name}: their standing read again, against reading it from the log`,
        standing.many,
        'ms',
        many.standingMs,
        '<= 1',
      ),
      compared(
        `${page}, as of before a merge, against live where nobody merged`,
        reads.asOf,
        'ms',
        reads.apart,
        '<= 1.5',
      ),
      compared(`${page} of who is one, against one of two who are apart`, reads.one, 'ms', reads.apart, '<= 3'),
    ];
  },
};
