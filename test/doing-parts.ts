import fc from 'fast-check';

// Few people and few days, so that much happens at one instant and late facts meet.
export const who = fc.nat({ max: 4 });
export const which = fc.nat({ max: 200 });
export const day = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 60 }).map((each) => each * 4) },
  fc.nat({ max: 700 }),
);

export const dateOf = (each: number): string => new Date(Date.UTC(2020, 0, 1) + each * 86_400_000).toISOString();

export const doesWith = <Name extends string, Rest extends object>(
  does: Name,
  rest: { [Key in keyof Rest]: fc.Arbitrary<Rest[Key]> },
) => fc.record({ does: fc.constant(does), ...rest }) as unknown as fc.Arbitrary<{ readonly does: Name } & Rest>;

/** One of those there are by now, if there are any. */
export const one = <T>(of: readonly T[], index: number): T | undefined =>
  of.length === 0 ? undefined : of[index % of.length];
