// Owns the one way in which free text becomes a part of a subject, a durable's name or a bucket's key, and back.

const PLAIN = /^[A-Za-z0-9_-]+$/;
const ESCAPED = /^(?:[A-Za-z0-9_-]|=[0-9A-F]{2})+$/;
const EMPTY = '=';

/**
 * `value` in the letters `A-Z a-z 0-9 _ - =`. Every other byte of its UTF-8 becomes `=` and two hex digits; the empty
 * string becomes a lone `=`, because no token may be empty. Undone by `untoken`.
 */
export function token(value: string): string {
  if (PLAIN.test(value)) return value;
  if (value === '') return EMPTY;
  let escaped = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const letter = String.fromCharCode(byte);
    escaped += PLAIN.test(letter) ? letter : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** What `token` was given, or undefined for text that `token` does not make. */
export function untoken(escaped: string): string | undefined {
  if (PLAIN.test(escaped)) return escaped;
  if (escaped === EMPTY) return '';
  if (!ESCAPED.test(escaped)) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < escaped.length; at++) {
    if (escaped[at] === '=') {
      bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16));
      at += 2;
    } else {
      bytes.push(escaped.charCodeAt(at));
    }
  }
  const value = Buffer.from(bytes).toString('utf8');
  // Bytes that are no UTF-8, and letters escaped without need, have no one way back.
  return token(value) === escaped ? value : undefined;
}
