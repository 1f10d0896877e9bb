// Decides what a request wants printed: exactly one of text, HTML and a picture.

import type { printing } from '@mooring/proto';
import { Fault } from '@mooring/runtime';

/** As requests give it. `image` is base64. */
export interface Printable {
  readonly text?: string;
  readonly html?: string;
  readonly image?: string;
}

export type Content = NonNullable<printing.RenderRequest['content']>;

/** The one content of a request. Fault `invalid` for none, several, or a picture that is not base64 of a PNG. */
export function contentOf({ text, html, image }: Printable): Content {
  const given: Content[] = [];
  if (text !== undefined) given.push({ $case: 'text', value: text });
  if (html !== undefined) given.push({ $case: 'html', value: html });
  if (image !== undefined) given.push({ $case: 'png', value: pngOf(image, 'image') });
  const [only] = given;
  if (only === undefined) throw wrong('text', 'or html or image is needed');
  if (given.length > 1) throw wrong('text', 'html and image exclude each other');
  return only;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const MAX_BYTES = 3 * 1024 * 1024;

/** The bytes of a PNG. Fault `invalid` naming `field`. */
export function pngOf(base64: string, field: string): Buffer {
  const text = base64.replace(/^data:image\/png;base64,/, '').replaceAll(/\s/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw wrong(field, 'must be base64');
  const bytes = Buffer.from(text, 'base64');
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw wrong(field, 'must be a PNG');
  if (bytes.length > MAX_BYTES) throw wrong(field, `must have at most ${MAX_BYTES} bytes`);
  return bytes;
}

/** What is wrong with one field of a request. */
export function wrong(field: string, message: string): Fault {
  return new Fault('invalid', `${field} ${message}`, { details: [{ field, message }] });
}
