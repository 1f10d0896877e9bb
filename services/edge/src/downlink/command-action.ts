// Turns a command's action from the bus into the dialects' vocabulary, or says what is wrong with it.
import type { bus } from '@mooring/proto';
import type { Bitmap, CommandAction, JsonObject } from '../dialects/dialect.js';
import { objectOf } from '../dialects/json-object.js';

/** Longest name of a bridge command or a nudge, in characters. */
const MAX_NAME = 64;
/** Longest script in characters; a command is one message of the bus. */
const MAX_SCRIPT = 64 * 1024;
const PERSONALITY_IMAGES = [4, 5];

/** What is wrong with an action, for a person. */
interface InvalidAction {
  readonly kind: 'invalid';
  readonly message: string;
}

/** Checks everything that holds for any device; what holds for one family only is left to its dialect. */
export function commandAction({ number, action }: bus.Command): CommandAction | InvalidAction {
  if (number === 0) return invalid('The command has no number');
  switch (action?.$case) {
    case 'switch':
      return { kind: 'switch', on: action.value.on };
    case 'print':
      return print(action.value);
    case 'personality':
      return PERSONALITY_IMAGES.includes(action.value.images.length)
        ? images('personality', action.value.images)
        : invalid('A personality has four or five images');
    case 'quip':
      return images('quip', action.value.images);
    case 'bridge':
      return bridge(action.value);
    case 'nudge':
      return isName(action.value.name)
        ? { kind: 'nudge', name: action.value.name }
        : invalid('The command has no usable name');
    case 'script': {
      const { text } = action.value;
      return text.length > 0 && text.length <= MAX_SCRIPT
        ? { kind: 'script', text }
        : invalid('The script is empty or too long');
    }
    case 'raw': {
      const { frame } = action.value;
      return frame === undefined ? invalid('The command has no frame') : { kind: 'raw', frame: frame.value };
    }
    // The registry orders updates of firmware-update; one that comes here was sent by mistake.
    case 'update':
    case undefined:
      return invalid('The command has no action that is known here');
  }
}

function invalid(message: string): InvalidAction {
  return { kind: 'invalid', message };
}

function isName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_NAME;
}

function print({ image, face, onButton }: bus.PrintAction): CommandAction | InvalidAction {
  return image !== undefined && isBitmap(image)
    ? { kind: 'print', image, face, onButton }
    : invalid("The image's rows do not fit its size");
}

function images(kind: 'personality' | 'quip', bitmaps: readonly bus.Bitmap[]): CommandAction | InvalidAction {
  if (bitmaps.length === 0) return invalid('The command has no image');
  return bitmaps.every(isBitmap) ? { kind, images: bitmaps } : invalid("An image's rows do not fit its size");
}

function isBitmap({ width, height, rows }: Bitmap): boolean {
  return width > 0 && height > 0 && rows.length === Math.ceil(width / 8) * height;
}

function bridge({ name, paramsJson }: bus.BridgeAction): CommandAction | InvalidAction {
  if (!isName(name)) return invalid('The command has no usable name');
  const params = parseObject(paramsJson);
  return params === undefined
    ? invalid('The parameters are no JSON object')
    : { kind: 'bridge', name, params };
}

/** Empty means that there are none. */
function parseObject(json: string): JsonObject | undefined {
  if (json === '') return {};
  try {
    return objectOf(JSON.parse(json)) as JsonObject | undefined;
  } catch {
    return undefined;
  }
}
