import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { buildSchema, findBreakingChanges, printSchema } from 'graphql';
import { pino } from 'pino';
import { AppModule } from '../app.module.js';
import { settingsFrom } from '../settings.js';

const path = 'schema.graphql';
const head = '# Printed from the code by `npm run schema`. Change the code, not this file.\n\n';

/** The schema that the code has, sorted. Nothing is served for it, and no data folder of anybody's is opened. */
const printed = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'rapport-schema-'));
  try {
    const app = await NestFactory.createApplicationContext(
      AppModule.forRoot(settingsFrom({ RAPPORT_DATA: folder }), pino({ level: 'silent' })),
      { logger: false },
    );
    const { schema } = app.get(GraphQLSchemaHost);
    await app.close();
    return `${head}${printSchema(schema)}\n`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const git = (...args: readonly string[]): string | undefined => {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // No repository, no such commit, or no schema in it yet.
    return undefined;
  }
};

/** The schema to compare with: the last commit's, and, where that is this one, the one before it. */
const earlier = (now: string): string | undefined => {
  const last = git('show', `HEAD:${path}`);
  return last === now ? git('show', `HEAD~1:${path}`) : last;
};

/** What breaks clients, where the changelog's newest section does not say so. */
const unsaidBreaks = async (now: string): Promise<readonly string[]> => {
  const before = earlier(now);
  if (before === undefined) return [];
  const breaks = findBreakingChanges(buildSchema(before), buildSchema(now)).map(({ description }) => description);
  if (breaks.length === 0) return [];
  const changelog = await readFile('CHANGELOG.md', 'utf8').catch(() => '');
  const [, newest = ''] = changelog.split(/^## /m);
  return /^\W*breaking\b/im.test(newest) ? [] : breaks;
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const main = async (): Promise<number> => {
  const now = await printed();
  if (!process.argv.includes('--check')) {
    await writeFile(path, now);
    say(`${path} is up to date.`);
    return 0;
  }
  const faults: string[] = [];
  if ((await readFile(path, 'utf8').catch(() => '')) !== now) faults.push(`${path} is stale: run npm run schema.`);
  const breaks = await unsaidBreaks(now);
  if (breaks.length > 0) {
    faults.push(
      'These changes break clients, and the newest section of CHANGELOG.md has no line that begins with "Breaking":',
      ...breaks.map((text) => `  ${text}`),
    );
  }
  for (const fault of faults) say(fault);
  if (faults.length === 0) say(`${path} is up to date, and breaks no client that is not told.`);
  return faults.length === 0 ? 0 : 1;
};

process.exit(await main());
