/** What to look at in the demo: each with what the service says of it, and the query to ask again. */
export interface Sight {
  readonly title: string;
  readonly lines: readonly string[];
  readonly query: string;
}

export const signed = (tone: number | null | undefined): string =>
  tone == null ? '   -  ' : `${tone < 0 ? '' : '+'}${tone.toFixed(3)}`;
export const lower = (word: string): string => word.toLowerCase().replaceAll('_', ' ');
export const day = (time: string | null): string => time?.slice(0, 10) ?? '';
export const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
