/** A value that survives JSON unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

/**
 * Something that happened, as a decider answers it: a type in the past tense and its data. Personal fields (name,
 * address, subject, text, url) stand under `personal` in the data, with whose they are (`of`: stakeholder ids), so
 * that logs redact them, exports choose them and erasure can seal them.
 */
export interface Fact<Type extends string = string, Data = JsonObject> {
  readonly type: Type;
  readonly data: Data;
}
