// What a device's string must be before it may become a log line, a field or a fact: short, and storable.

const encoder = new TextEncoder();

/** Log messages and other free text keep at most this many bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1024;

const scratch = Buffer.alloc(MAX_TEXT_BYTES);

/**
 * At most `maxBytes` (up to `MAX_TEXT_BYTES`) of UTF-8, cut between characters. NUL and lone surrogates become U+FFFD,
 * because neither can be stored in Postgres text or jsonb.
 */
export function boundedText(text: string, maxBytes: number): string {
  const storable = text.includes('\u0000') ? text.replaceAll('\u0000', '\ufffd') : text;
  const target = maxBytes < MAX_TEXT_BYTES ? scratch.subarray(0, maxBytes) : scratch;
  const { read, written } = encoder.encodeInto(storable, target);
  // One byte per character and nothing left over: plain ASCII, already as it should be.
  if (read === storable.length && written === storable.length) return storable;
  return target.toString('utf8', 0, written);
}

/** The bounded text when there is one that is not empty. */
export function textOf(value: unknown, maxBytes: number): string | undefined {
  return typeof value === 'string' && value !== '' ? boundedText(value, maxBytes) : undefined;
}
