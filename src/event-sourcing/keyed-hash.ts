import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { Json, JsonObject } from './fact.js';

/**
 * Names values without saying them: HMAC-SHA-256 under a key that is made once and kept beside the log. Without the key
 * nobody can tell from a stream's name, or from a digest, what it stands for.
 */
export interface KeyedHash {
  /** Thirty-two hexadecimal digits. */
  of(text: string): string;
  /** Tells keys apart without saying them: sixteen hexadecimal digits. */
  readonly fingerprint: string;
}

export const keyedHash = (key: Buffer): KeyedHash => {
  // A key object is made once: made of bytes at each call, it costs five times the hash.
  const secret = createSecretKey(key);
  return {
    of: (text) => createHmac('sha256', secret).update(text).digest('hex').slice(0, 32),
    fingerprint: createHash('sha256').update('rapport claims key\n').update(key).digest('hex').slice(0, 16),
  };
};

/** JSON with the keys of every object in order and nothing undefined: equal values, equal text. Null is a value: it clears. */
export const canonicalJson = (value: Json | undefined): string => {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  // Text that grows, and no lists on the way: it runs for every command.
  let text = '';
  if (Array.isArray(value)) {
    for (const each of value as readonly Json[]) text += `${text === '' ? '' : ','}${canonicalJson(each)}`;
    return `[${text}]`;
  }
  for (const key of Object.keys(value).sort()) {
    const each = (value as JsonObject)[key];
    if (each !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(each)}`;
  }
  return `{${text}}`;
};
