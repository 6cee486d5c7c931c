import { expect, it, jest } from '@jest/globals';
import { setImmediate as aTurn } from 'node:timers/promises';
import { GroupCommit } from './group-commit.js';
import type { Work } from './group-commit.js';

/** Takes batches, and notes how many works each had. */
const commits = (): { group: GroupCommit; sizes: number[] } => {
  const sizes: number[] = [];
  const group = new GroupCommit((batch) => {
    sizes.push(batch.length);
    return Promise.resolve(batch.map((work) => work.decide()));
  });
  return { group, sizes };
};

const work = (told: () => void = () => undefined): Work => ({
  rows: 1,
  bytes: 1,
  decide: () => told,
  fail: (error) => {
    throw error;
  },
});

it('writes together what comes at once, and what the next turns bring', async () => {
  const { group, sizes } = commits();
  const answered: number[] = [];
  // Turns that take no time: it does not gather for long.
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  try {
    for (let turn = 0; turn < 3; turn += 1) {
      group.add(work(() => answered.push(turn)));
      group.add(work(() => answered.push(turn)));
      await aTurn();
    }
    await group.close();
  } finally {
    clock.mockRestore();
  }
  expect(sizes).toEqual([6]);
  expect(answered).toEqual([0, 0, 1, 1, 2, 2]);
});

it('does not wait for the end of what keeps coming', async () => {
  const { group } = commits();
  const answered: number[] = [];
  group.add(work(() => answered.push(0)));
  // Far longer than it may gather; where it waits for a turn without news, this ends unanswered.
  const until = performance.now() + 5_000;
  while (answered.length === 0 && performance.now() < until) {
    group.add(work());
    await aTurn();
  }
  expect(answered).toEqual([0]);
  await group.close();
});

it('takes nothing more once it is closed', async () => {
  const { group, sizes } = commits();
  await group.close();
  const refusals: unknown[] = [];
  group.add({ ...work(), fail: (error) => refusals.push(error) });
  expect(String(refusals[0])).toContain('The event log is closed.');
  expect(sizes).toEqual([]);
});
