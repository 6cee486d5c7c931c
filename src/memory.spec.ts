import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import { giveMemoryBack } from './memory.js';

const mib = 1024 * 1024;
const heldNow = (): number => getHeapStatistics().total_physical_size;

/** Holds some 48 MiB while it runs, and nothing afterwards. */
const heldInBurst = (): number => {
  const burst = Array.from({ length: 100_000 }, (_, at) => Array.from({ length: 60 }, () => at));
  const held = heldNow();
  expect(burst).toHaveLength(100_000);
  return held;
};

describe('giveMemoryBack', () => {
  it('gives the system what a burst took and nobody holds', () => {
    giveMemoryBack();
    const before = heldNow();
    expect(heldInBurst() - before).toBeGreaterThan(40 * mib);
    giveMemoryBack();
    expect(heldNow() - before).toBeLessThan(10 * mib);
  });
});
