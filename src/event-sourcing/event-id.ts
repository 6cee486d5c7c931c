import { parse, v5 } from 'uuid';

const namespace = parse('6a0c9c1e-d1a8-4d0c-8f0d-5f6f6b0a7c11');

/** UUID v5 (RFC 9562, section 5.5) of the parts under Rapport's namespace: equal parts, equal id. Parts hold no newline. */
export const deterministicId = (...parts: readonly (string | number)[]): string => v5(parts.join('\n'), namespace);
