import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rapportAt, ready } from './client.js';
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

it('leaves every answer as it was, whoever was merged', async () => {
  const service = await startTestService({ env: wholePictureLimits });
  try {
    const rapport = rapportAt({ url: service.url, token: service.adminToken });
    await ready(rapport);
    const does = doing(rapport);
    for (const each of fc.sample(anyDoing, { numRuns: 90, seed })) await does(each);
    const head = async () => (await rapport.query<{ log: { head: string } }>('{ log { head } }')).log.head;
    const picture = async () => withoutMerges(await wholePicture(rapport, { atLeast: await head() }));
    const before = await picture();
    const { stakeholders } = await rapport.query<{ stakeholders: { nodes: readonly { id: string }[] } }>(
      '{ stakeholders(first: 100) { nodes { id } } }',
    );
    let merged = 0;
    for (const survivor of stakeholders.nodes)
      for (const other of stakeholders.nodes) {
        const two = { survivorId: survivor.id, mergedId: other.id, reason: 'perhaps' };
        // Who was retired does not remain.
        if ((await rapport.mutate('mergeStakeholders', two)).__typename !== 'StakeholdersMerged') continue;
        merged += 1;
        expect({ seed, picture: await picture() }).not.toEqual({ seed, picture: before });
        await rapport.mutate('unmergeStakeholder', two);
        expect({ seed, picture: await picture() }).toEqual({ seed, picture: before });
      }
    expect({ seed, some: stakeholders.nodes.length < 2 || merged > 0 }).toEqual({ seed, some: true });
  } finally {
    await service.stop();
  }
}, 120_000);
