import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Input, type Mutation, type Rapport, rapportAt, ready } from './client.js';
import { anyDoing } from './any-doing.js';
import { doing } from './doings.js';
import { startTestService } from './service.js';
import { wholePicture, wholePictureLimits } from './whole-picture.js';

const seed = Number(process.env['UNMERGING_SEED'] ?? Date.now() % 2 ** 31);

/** That something was recorded shows in the revision of who remained, and the merge is told of. */
const withoutMerges = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutMerges);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, each]) =>
      field === 'revision' || field === 'merges' ? [] : [[field, withoutMerges(each)] as const],
    ),
  );
};

type Sent = readonly [mutation: Mutation, input: Input];

/** The same client; what it asked and what was recorded for it is kept, to be sent again. */
const remembering = (rapport: Rapport, sent: Sent[]): Rapport => ({
  ...rapport,
  mutate: async (mutation, input) => {
    const asked = { commandId: randomUUID(), ...input };
    const outcome = await rapport.mutate(mutation, asked);
    if ('position' in outcome && !outcome.already) sent.push([mutation, asked]);
    return outcome;
  },
});

interface Events {
  readonly events: {
    readonly nodes: readonly { readonly id: string; readonly type: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}

/** The facts about somebody, but for those of merges. */
const eventsAbout = async (rapport: Rapport, subject: string): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let after: string | null = null; ;) {
    const { events }: Events = await rapport.query<Events>(
      `query ($subject: ID, $after: Position) { events(first: 100, after: $after, where: { subject: $subject }) {
        nodes { id type } pageInfo { hasNextPage endCursor } } }`,
      { subject, after },
    );
    found.push(...events.nodes.flatMap(({ id, type }) => (/Merged$|Unmerged$/.test(type) ? [] : id)));
    if (!events.pageInfo.hasNextPage) return found;
    after = events.pageInfo.endCursor;
  }
};

it('leaves every answer as it was, whoever was merged', async () => {
  const service = await startTestService({ env: wholePictureLimits });
  try {
    const rapport = rapportAt({ url: service.url, token: service.adminToken });
    await ready(rapport);
    const sent: Sent[] = [];
    const does = doing(remembering(rapport, sent));
    for (const each of fc.sample(anyDoing, { numRuns: 90, seed })) await does(each);
    const log = async () =>
      (await rapport.query<{ log: { head: string; count: number } }>('{ log { head count } }')).log;
    const { stakeholders } = await rapport.query<{ stakeholders: { nodes: readonly { id: string }[] } }>(
      '{ stakeholders(first: 100) { nodes { id } } }',
    );
    const picture = async () => ({
      answers: withoutMerges(await wholePicture(rapport, { atLeast: (await log()).head })),
      events: await Promise.all(stakeholders.nodes.map(({ id }) => eventsAbout(rapport, id))),
    });
    /** All that was recorded, asked for again under its ids: each is answered with what happened, and nothing is written. */
    const sendAgain = async () => {
      const { count } = await log();
      for (const [mutation, input] of sent)
        expect({ seed, mutation, input, answer: await rapport.mutate(mutation, input) }).toMatchObject({
          answer: { already: true },
        });
      expect({ seed, count: (await log()).count }).toEqual({ seed, count });
    };
    const before = await picture();
    // As it is told of the time before any of these merges, in every part, who was merged included.
    const asOf = { knownAtPosition: (await log()).head };
    const then = await wholePicture(rapport, { asOf });
    const expectItThen = async () =>
      expect({ seed, then: await wholePicture(rapport, { asOf }) }).toEqual({ seed, then });
    let merged = 0;
    for (const survivor of stakeholders.nodes)
      for (const other of stakeholders.nodes) {
        const two = { survivorId: survivor.id, mergedId: other.id, reason: 'perhaps' };
        // Who was retired does not remain.
        if ((await rapport.mutate('mergeStakeholders', two)).__typename !== 'StakeholdersMerged') continue;
        merged += 1;
        expect({ seed, picture: await picture() }).not.toEqual({ seed, picture: before });
        // Of the first alone, since it is all of it.
        if (merged === 1) {
          await sendAgain();
          await expectItThen();
        }
        await rapport.mutate('unmergeStakeholder', two);
        expect({ seed, picture: await picture() }).toEqual({ seed, picture: before });
        if (merged === 1) {
          await sendAgain();
          await expectItThen();
        }
      }
    expect({ seed, some: stakeholders.nodes.length < 2 || merged > 0 }).toEqual({ seed, some: true });
  } finally {
    await service.stop();
  }
}, 480_000);
