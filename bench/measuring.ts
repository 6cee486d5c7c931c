/** The value below which the given part of the numbers lies; NaN of none. */
export const quantile = (numbers: readonly number[], part: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
};

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** Seconds that the work takes. */
export const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

/** What is measured in turn, by name: each answers with one number a round. */
export type Contestants<Name extends string> = Readonly<Record<Name, (round: number) => Promise<number> | number>>;

/**
 * Runs all contestants once a round, in turn and beginning with another each round, so that a noisy machine is noisy for
 * all of them. Answers with the median of each.
 */
export const inTurn = async <Name extends string>(
  rounds: number,
  contestants: Contestants<Name>,
): Promise<Readonly<Record<Name, number>>> => {
  const names = Object.keys(contestants) as Name[];
  const numbers = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)])
      numbers.get(name)?.push(await contestants[name](round));
  }
  return Object.fromEntries([...numbers].map(([name, each]) => [name, median(each)])) as Record<Name, number>;
};
