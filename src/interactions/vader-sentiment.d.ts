// The package comes without types. Only what tone-reading.ts calls is declared.
declare module 'vader-sentiment' {
  interface WordsWithCase {
    is_cap_diff: boolean;
    words_and_emoticons: string[];
  }

  export const SentimentIntensityAnalyzer: {
    /** The whole of VADER: compound lies in -1 to 1, rounded to 4 decimals. */
    polarity_scores(text: string): { compound: number; pos: number; neu: number; neg: number };
    /** Pushes the valence of the word at `index` onto `valences`, and answers with them. */
    sentiment_valence(valence: number, words: WordsWithCase, word: string, index: number, valences: number[]): number[];
    but_check(words: string[], valences: number[]): number[];
    score_valence(valences: number[], text: string): { compound: number };
  };
}
