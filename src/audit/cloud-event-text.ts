// CloudEvents 1.0, "String": no control characters, no lone surrogates, no noncharacters. And our own escape sign.
const forbidden = /[%\p{Cc}\p{Surrogate}\p{Noncharacter_Code_Point}]/gu;
const escapes = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/g;
const bareSign = /%(?!u[0-9a-f]{4}|[0-9a-f]{2})/;
// Nearly every text holds nothing to escape.
const plain = /^[\w .,:;@<>()/+='"!?#&*-]*$/;

const unit = (text: string, at: number): string => {
  const code = text.charCodeAt(at);
  return code < 0x100 ? `%${code.toString(16).padStart(2, '0')}` : `%u${code.toString(16).padStart(4, '0')}`;
};

/** The text as an attribute of a cloud event may hold it; a reason of two lines keeps its line break as `%0a`. */
export const escaped = (text: string): string =>
  plain.test(text)
    ? text
    : text.replace(forbidden, (found) => Array.from({ length: found.length }, (_, at) => unit(found, at)).join(''));

/** The text again; undefined where it holds an escape sign that escapes nothing. */
export const unescaped = (text: string): string | undefined => {
  if (!text.includes('%')) return text;
  if (bareSign.test(text)) return undefined;
  return text.replace(escapes, (_, long?: string, short?: string) =>
    String.fromCharCode(Number.parseInt(long ?? short ?? '', 16)),
  );
};
