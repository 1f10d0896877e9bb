// Checks what a command is to do, field by field, before it is kept.
import type { bus } from '@mooring/proto';
import type { NewCommand } from './command.js';
import type { Problems } from './fields.js';
import { parseObject } from './json.js';
import { keyPattern } from './page.js';

type Action = NewCommand['action'];

/** Bytes of a command as the bus carries it: its delivery must fit a message of NATS, of 1 MiB. */
export const MAX_PAYLOAD_BYTES = 600 * 1024;
const MAX_PARAMS_BYTES = 8 * 1024;
const NAME = /^[\w.:-]{1,64}$/;
/** Characters; an edge takes as many. */
const MAX_SCRIPT = 64 * 1024;
/** Printers take 384 dots per row, in one go as many rows as sirius lets pass (berg.md 3.6). */
const MAX_SIDE = 10_000;

/** Adds a problem for everything that no device could do. `bytes` is the size of the encoded command. */
export function checkAction(problems: Problems, action: Action, bytes: number): void {
  if (bytes > MAX_PAYLOAD_BYTES) problems.add('command', `must have at most ${MAX_PAYLOAD_BYTES} bytes`);
  switch (action.$case) {
    case 'switch':
      return;
    case 'print':
      checkImages(problems, 'image', action.value.image === undefined ? [] : [action.value.image], [1]);
      return;
    case 'personality':
      checkImages(problems, 'images', action.value.images, [4, 5]);
      return;
    case 'quip':
      checkImages(problems, 'images', action.value.images, [3]);
      return;
    case 'bridge':
      checkName(problems, action.value.name);
      if (parseObject(action.value.paramsJson, MAX_PARAMS_BYTES) === undefined)
        problems.add('params', `must be a JSON object of at most ${MAX_PARAMS_BYTES} bytes`);
      return;
    case 'nudge':
      checkName(problems, action.value.name);
      return;
    case 'update':
      if (!keyPattern.uuid.test(action.value.firmwareUuid)) problems.add('firmware', 'must be a UUID');
      return;
    case 'script':
      if (action.value.text.length === 0 || action.value.text.length > MAX_SCRIPT)
        problems.add('text', `must have 1 to ${MAX_SCRIPT} characters`);
      return;
    case 'raw':
      if (action.value.frame === undefined || action.value.frame.value.length === 0)
        problems.add('frame', 'must not be empty');
  }
}

function checkName(problems: Problems, name: string): void {
  if (!NAME.test(name)) problems.add('name', 'must be 1 to 64 of A-Z a-z 0-9 _ . : -');
}

function checkImages(
  problems: Problems,
  field: string,
  images: readonly bus.Bitmap[],
  counts: readonly number[],
): void {
  if (!counts.includes(images.length)) problems.add(field, `must be ${counts.join(' or ')}`);
  else if (!images.every(isWhole)) problems.add(field, 'must hold as many bits as they have dots');
}

function isWhole({ width, height, rows }: bus.Bitmap): boolean {
  const sides = width >= 1 && width <= MAX_SIDE && height >= 1 && height <= MAX_SIDE;
  return sides && rows.length === Math.ceil(width / 8) * height;
}
