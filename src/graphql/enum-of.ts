/** The names that GraphQL has for the domain's words: `in-person` is `IN_PERSON`. */
export const enumOf = <Word extends string>(words: readonly Word[]): Readonly<Record<string, Word>> =>
  Object.fromEntries(words.map((word) => [word.toUpperCase().replaceAll('-', '_'), word]));
