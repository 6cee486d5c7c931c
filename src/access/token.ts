import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/** What a key's holder shows: `rapport_<id>_<secret>`, so that the key is found by its id. */
export interface Token {
  readonly keyId: string;
  /** 256 random bits, base64url. */
  readonly secret: string;
}

const shape = /^rapport_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_([\w-]{43})$/;

export const newToken = (): Token => ({ keyId: randomUUID(), secret: randomBytes(32).toString('base64url') });

export const tokenText = ({ keyId, secret }: Token): string => `rapport_${keyId}_${secret}`;

export const tokenFrom = (text: string): Token | undefined => {
  const [, keyId, secret] = shape.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
};

/** A fast hash is enough for what is random already. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Compares in constant time. */
export const isSecretOf = (secret: string, secretHash: string): boolean => {
  const [shown, kept] = [Buffer.from(hashOf(secret), 'hex'), Buffer.from(secretHash, 'hex')];
  return shown.length === kept.length && timingSafeEqual(shown, kept);
};

/** The token in an `Authorization: Bearer ...` header. */
export const bearerFrom = (authorization: unknown): string | undefined =>
  typeof authorization === 'string' ? /^Bearer +(\S+) *$/i.exec(authorization)?.[1] : undefined;
