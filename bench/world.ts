import type { HandleInput } from '../src/stakeholders/handles.types.js';

/** Numbers that look random and are the same in each run (Mulberry32). */
export const numbersFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

const words =
  'the package did not install on our server after last update and we would like to know when a fix comes thanks for your work it is great that somebody cares about this kind of problem at all'.split(
    ' ',
  );

const textLength = 300;

const textOf = (random: () => number): string => {
  let text = '';
  while (text.length < textLength) text += `${words[Math.floor(random() * words.length)] ?? ''} `;
  return text.slice(0, textLength - 1);
};

// Enough of them that no two neighbours are the same, made once.
const texts = ((): readonly string[] => {
  const random = numbersFrom(7);
  return Array.from({ length: 997 }, () => textOf(random));
})();

export interface Person {
  readonly name: string;
  readonly address: string;
}

export const personOf = (index: number): Person => ({
  name: `Person ${index} of ${words[index % words.length] ?? ''}`,
  address: `person${index}@example.org`,
});

/** What everything measured records: an inbound mail of one person whom we know, with its tone, as a connector tells it. */
export interface Mail {
  readonly person: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subject: string;
  readonly text: string;
  readonly tone: number;
  readonly sourceId: string;
}

/** The mail with this number; the same number, the same mail. */
export const mailOf = (number: number, person: number, at: number, series: string): Mail => {
  const mixed = (Math.imul(number + 1, 2_654_435_761) >>> 0) / 4_294_967_296;
  return {
    person,
    at,
    subject: `About the release, question ${number}`,
    text: texts[number % texts.length] ?? '',
    // More of them friendly than not; to three digits, as models tell it.
    tone: Math.round((mixed * 1.6 - 0.6) * 1000) / 1000,
    sourceId: `<${series}.${number}@mail.example.org>`,
  };
};

/** A mail as the API takes it. */
export const inputOf = ({ person, at, subject, text, tone, sourceId }: Mail) => ({
  direction: 'INBOUND',
  channel: 'EMAIL',
  act: 'COMMENT',
  occurredAt: new Date(at).toISOString(),
  with: [{ handle: { channel: 'EMAIL', address: personOf(person).address } satisfies Shape<HandleInput> }],
  subject,
  text,
  language: 'en',
  tone,
  source: { name: 'mail', id: sourceId },
});

/** Fields of an input, with enums by the names that GraphQL has for them. */
type Shape<Input> = { readonly [Field in keyof Input]?: unknown };
