/** A text as it is sorted and searched: compatibility forms, accents and case make no difference. */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    // At the end of a word and within it, a sigma is one letter.
    .replaceAll('ς', 'σ')
    .trim();

/** Longer words are told apart by their beginning alone: so a page's address makes no long rows. */
const wordLengthMax = 64;

/** The words of texts, folded: what stands between anything that is no letter and no digit. Each once. */
export const wordsOf = (...texts: readonly string[]): ReadonlySet<string> =>
  new Set(
    texts.flatMap((text) => folded(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, wordLengthMax)),
  );
