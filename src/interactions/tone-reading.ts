import { eld } from 'eld/extrasmall';
import { SentimentIntensityAnalyzer as vader } from 'vader-sentiment';

/** A tone as a model read it: -1 (hostile) to 1 (warm), with the model's name and the version of our way of using it. */
interface ToneRead {
  value: number;
  model: 'vader-sentences';
  version: string;
}

/** What was read in a text. Both are null where the text does not say: nothing is guessed. */
export interface ToneReading {
  /** BCP 47: as it was given, else ISO 639-1 as it was found. */
  language: string | null;
  tone: ToneRead | null;
}

/**
 * Which version of `vader-sentences` reads. It is stored with every tone, so it changes with whatever changes a value: the
 * lexicon, the way to sentences, the rounding.
 */
const vaderSentencesVersion = '1';

/**
 * The language of a text and, where that is English, its tone: the mean of VADER's compound (Hutto and Gilbert, ICWSM 2014)
 * over the sentences (Unicode UAX 29) that carry any, rounded to 4 decimals. A text without such a sentence has no tone:
 * facts are no opinion. Pure: the same text gives the same reading.
 *
 * @param language BCP 47 where the caller knows it, and then nobody looks; left out, it is found from the start of the text.
 */
export function readTone(text: string, language?: string): ToneReading {
  const spoken = language ?? languageOf(text);
  return { language: spoken, tone: spoken !== null && isEnglish(spoken) ? toneOfEnglish(text) : null };
}

function isEnglish(language: string): boolean {
  return /^en(?:-|$)/i.test(language);
}

/** More tells nothing new about the language, and costs time on the way of every recording. In UTF-16 units. */
const languageSampleMax = 192;

/**
 * How near the best score English must come to be taken instead of it. A word or two ("Excellent", "Nice job") scores about
 * the same in several languages; where the library is sure of another language, English has to be level with it.
 */
const englishShareOfBest = { sure: 0.97, unsure: 0.9 };

/** ISO 639-1, or null: no letters, or too few words to tell them from another language's. */
function languageOf(text: string): string | null {
  const found = eld.detect(text.slice(0, languageSampleMax));
  if (found.language === '' || found.language === 'en') return found.language || null;

  const sure = found.isReliable();
  const scores = found.getScores();
  const best = scores[found.language] ?? 0;
  if ((scores.en ?? 0) >= best * (sure ? englishShareOfBest.sure : englishShareOfBest.unsure)) return 'en';
  return sure ? found.language : null;
}

// Making one takes milliseconds, using it microseconds.
const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

function toneOfEnglish(text: string): ToneRead | null {
  let sum = 0;
  let toned = 0;
  for (const { segment } of sentences.segment(text)) {
    const compound = compoundOf(segment);
    if (compound === 0) continue;
    sum += compound;
    toned += 1;
  }
  if (toned === 0) return null;

  const mean = Math.round((sum / toned) * 10_000) / 10_000;
  // Math.round gives -0 for what is just below zero, and that is not the same value in JSON.
  const value = Math.min(1, Math.max(-1, mean)) + 0;
  return { value, model: 'vader-sentences', version: vaderSentencesVersion };
}

/**
 * What `vader.polarity_scores(sentence).compound` answers, by the same library's rules, at a fraction of the time. The
 * library's own way to words makes 34 keys for every word of a sentence and tries a pattern that backtracks with the third
 * power of a word's length (one word of 2,000 capitals takes a second), on text that strangers send. So the words are found
 * here, in one pass; what they weigh is asked of the library. A test holds the two against each other.
 */
function compoundOf(sentence: string): number {
  const words: string[] = [];
  let capitals = 0;
  for (const token of sentence.split(/\s/)) {
    // VADER leaves single characters out.
    if (token.length < 2) continue;
    const word = withoutEdgePunctuation(token);
    words.push(word);
    if (isAllCapitals(word)) capitals += 1;
  }
  if (words.length === 0) return 0;

  const withCase = { is_cap_diff: capitals > 0 && capitals < words.length, words_and_emoticons: words };
  let valences: number[] = [];
  let weighs = false;
  for (const [index, word] of words.entries()) {
    // "kind" has a weight of its own, "kind of" has none.
    if (word.toLowerCase() === 'kind' && words[index + 1]?.toLowerCase() === 'of') valences.push(0);
    else valences = vader.sentiment_valence(0, withCase, word, index, valences);
    if (valences[index] !== 0) weighs = true;
  }
  // Most sentences state facts, and what follows only scales what is there.
  if (!weighs) return 0;
  return vader.score_valence(vader.but_check(words, valences), sentence).compound;
}

/** VADER's REGEX_REMOVE_PUNCTUATION. */
const punctuation = /[!"#$%&'()*+,-./:;<=>?@[\\\]^_`{|}~]/g;

/** VADER's PUNC_LIST: what may stand before or after a word and is not part of it. */
const edges = new Set('., !, ?, ,, ;, :, -, \', ", !!, !!!, ??, ???, ?!?, !?!, ?!?!, !?!?'.split(', '));

/** A token with one of `edges` before or after it, and no other punctuation, is the word; anything else stays (emoticons). */
function withoutEdgePunctuation(token: string): string {
  const word = token.replace(punctuation, '');
  if (word.length < 2 || word.length === token.length) return token;
  const edge = token.startsWith(word)
    ? token.slice(word.length)
    : token.endsWith(word)
      ? token.slice(0, -word.length)
      : undefined;
  return edge !== undefined && edges.has(edge) ? word : token;
}

/** Python's isupper as VADER means it: a capital, and no small letter. ASCII only. */
function isAllCapitals(word: string): boolean {
  return /[A-Z]/.test(word) && !/[a-z]/.test(word);
}
