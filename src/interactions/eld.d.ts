// The package's own types stand under an export condition that TypeScript does not reach for this entry.
declare module 'eld/extrasmall' {
  interface FoundLanguage {
    /** ISO 639-1, or '' where none was found. */
    language: string;
    /** Best first; 0 to 1. A language without any score is left out. */
    getScores(): Partial<Record<string, number>>;
    isReliable(): boolean;
  }

  export const eld: { detect(text: string): FoundLanguage };
}
