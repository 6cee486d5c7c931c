import { mkdtemp, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Family } from './family.js';
import { Bench } from './fixtures.js';
import type { Options } from './options.js';
import { optionsFrom } from './options.js';
import { Refused } from './refused.js';
import { append } from './rows/append.js';
import { following } from './rows/following.js';
import { curve } from './rows/curve.js';
import { influence } from './rows/influence.js';
import { importOrder } from './rows/import.js';
import { longHistory } from './rows/long-history.js';
import { merge } from './rows/merge.js';
import { pasts, resident, timelines } from './rows/reading.js';
import { rebuilds } from './rows/rebuild.js';
import { recordMany500, recordOneByOne } from './rows/recording.js';
import { streamLength } from './rows/stream-length.js';
import { whatIfs } from './rows/what-if.js';
import type { Row } from './table.js';
import { tableOf } from './table.js';

// Memory is looked at before the service has answered anything; a rebuild ends the services.
const families: readonly Family[] = [
  append,
  recordOneByOne,
  recordMany500,
  streamLength,
  following,
  importOrder,
  resident,
  timelines,
  pasts,
  longHistory,
  curve,
  influence,
  merge,
  rebuilds,
  whatIfs,
];

const chosen = ({ only }: Options): readonly Family[] => {
  const some = families.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
  if (some.length > 0) return some;
  throw new Refused(
    `--only ${only.join(', ')}: no such row. There are ${families.map(({ name }) => name).join(', ')}.`,
  );
};

const run = async (bench: Bench): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  try {
    for (const family of chosen(bench.options)) {
      bench.say(family.name);
      const its = await family.run(bench);
      process.stderr.write(`${tableOf(its)}\n`);
      rows.push(...its);
    }
    return rows;
  } finally {
    await bench.stopServices();
    await bench.clear();
  }
};

const main = async (): Promise<void> => {
  const options = optionsFrom(process.argv.slice(2));
  chosen(options);
  const start = performance.now();
  const bench = new Bench(options, await mkdtemp(join(tmpdir(), 'rapport-bench-')));
  const rows = await run(bench);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(rows, null, 2)}\n`);
  const minutes = (performance.now() - start) / 60_000;
  const [cpu] = cpus();
  process.stdout.write(
    `${tableOf(rows)}\n\n${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}, ${minutes.toFixed(1)} minutes${options.scale < 1 ? `, scale ${options.scale}` : ''}\n`,
  );
};

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Refused ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = error instanceof Refused ? 2 : 1;
});
