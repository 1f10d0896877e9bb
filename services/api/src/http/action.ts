// Turns a command as people ask for it into what the device's session is given, and into what may be shown of it.
import type { bus, registry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import { contentOf, pngOf, wrong } from '../prints/content.js';
import { bitmapOf, headerOf } from '../prints/render.js';
import type { Parts } from './parts.js';
import type { NewCommand } from './schemas/command.js';

export interface Action {
  readonly action: NonNullable<bus.Command['action']>;
  /** Without pictures, texts and frames: those are nobody else's. */
  readonly params: Readonly<Record<string, unknown>>;
}

type Of<K extends NewCommand['type']> = Extract<NewCommand, { type: K }>;
type Rendering = Pick<Parts, 'peers' | 'clock'>;

/** Fault `invalid` naming the field for what cannot be sent. */
export async function actionOf(
  parts: Rendering,
  device: registry.Device,
  command: NewCommand,
): Promise<Action> {
  switch (command.type) {
    case 'switch':
      return { action: { $case: 'switch', value: { on: command.on } }, params: { on: command.on } };
    case 'print':
      return print(parts, device, command);
    case 'set_personality':
      return personality(parts, command);
    case 'set_quip':
      return quip(parts, command);
    case 'bridge':
      return bridge(command);
    case 'reboot':
    case 'identify':
      return { action: { $case: 'nudge', value: { name: command.type } }, params: {} };
    case 'script': {
      const { text } = command;
      return {
        action: { $case: 'script', value: { text } },
        params: { bytes: Buffer.byteLength(text) },
      };
    }
    case 'update': {
      const firmwareUuid = command.firmware.toLowerCase();
      return { action: { $case: 'update', value: { firmwareUuid } }, params: { firmware: firmwareUuid } };
    }
    case 'raw':
      return raw(device, command);
  }
}

async function print(parts: Rendering, device: registry.Device, command: Of<'print'>): Promise<Action> {
  const { face = true, header = true, deliver = 'now' } = command;
  const content = contentOf(command);
  const image = await bitmapOf(parts, content, header ? headerOf(device) : undefined);
  const onButton = deliver === 'button';
  return {
    action: { $case: 'print', value: { image, face, onButton } },
    params: { content: content.$case, face, header, deliver, rows: image.height },
  };
}

async function personality(parts: Rendering, command: Of<'set_personality'>): Promise<Action> {
  const { face, nothing_to_print, cannot_see_bridge, cannot_see_internet, message } = command;
  const pictures = { face, nothing_to_print, cannot_see_bridge, cannot_see_internet, message };
  const images: bus.Bitmap[] = [];
  for (const [field, base64] of Object.entries(pictures)) {
    if (base64 !== undefined)
      images.push(await bitmapOf(parts, { $case: 'png', value: pngOf(base64, field) }));
  }
  const params = { images: images.length, with_message: message !== undefined };
  return { action: { $case: 'personality', value: { images } }, params };
}

async function quip(parts: Rendering, command: Of<'set_quip'>): Promise<Action> {
  const images: bus.Bitmap[] = [];
  for (const [index, base64] of command.images.entries()) {
    const png = pngOf(base64, `images.${index}`);
    images.push(await bitmapOf(parts, { $case: 'png', value: png }));
  }
  return { action: { $case: 'quip', value: { images } }, params: { images: images.length } };
}

/** Keys of printers are sent by the platform, and when people send one, it is not shown again. */
const SECRET_PARAM = 'encryption_key';

function bridge({ name, params = {} }: Of<'bridge'>): Action {
  const shown = Object.fromEntries(Object.entries(params).filter(([key]) => key !== SECRET_PARAM));
  const value = { name, paramsJson: JSON.stringify(params) };
  return { action: { $case: 'bridge', value }, params: { name, params: shown } };
}

function raw(device: registry.Device, { frame, encoding }: Of<'raw'>): Action {
  const printer = device.dialect === 'berg' && device.kind === 'printer' && !frame.startsWith('{');
  const how = encoding ?? (printer ? 'base64' : 'text');
  if (how === 'text') {
    const value = { frame: { $case: 'text', value: frame } } as const;
    return { action: { $case: 'raw', value }, params: { encoding: how, bytes: Buffer.byteLength(frame) } };
  }
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(frame)) throw wrong('frame', 'must be base64');
  const bytes = Buffer.from(frame, 'base64');
  if (bytes.length === 0) throw wrong('frame', 'must not be empty');
  const value = { frame: { $case: 'binary', value: bytes } } as const;
  return { action: { $case: 'raw', value }, params: { encoding: how, bytes: bytes.length } };
}

/** Types that a client may know of and that are not sent from here: each with its reason. */
const REFUSED: Readonly<Record<string, string>> = {
  firmware_update: 'printer firmware is sent only as raw bytes, by an operator who has them',
};

/** Fault `invalid` for a type that is known and refused, in words that say why. */
export function refuseType(type: unknown): void {
  const reason = typeof type === 'string' && Object.hasOwn(REFUSED, type) ? REFUSED[type] : undefined;
  if (reason !== undefined) {
    throw new Fault('invalid', reason, { details: [{ field: 'type', message: reason }] });
  }
}
