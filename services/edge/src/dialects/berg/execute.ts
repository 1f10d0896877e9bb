// What a command for a bridge or one of its printers becomes: one message to the bridge, and how long its answer may take.

import type { AdmittedDevice, Bitmap, CommandAction, DeviceCommand, Effect } from '../dialect.js';
import { refuseCommand, unsupportedAction, writeRawText } from '../taken.js';
import { CommandCode, encodeCommand } from './device-command.js';
import { bridgeCommand, deviceCommand } from './envelope.js';
import type { BergState } from './state.js';

type Execute = Extract<DeviceCommand, { kind: 'execute' }>;

/** Dots per row of the print head. */
const WIDTH = 384;
const MAX_ROWS = 10_000;
const QUIP_IMAGES = 3;

/** A small print takes 3.4 s; the bridge sends 512 bytes at a time, each several times if need be (berg.md 4.2). */
const ANSWER_MS = 30_000;
const BLOCK_BYTES = 512;
const BLOCK_MS = 2_000;
const MAX_ANSWER_MS = 1_800_000;

/** A bridge does these by itself; makers' emulators never answer, and the next command waits for as long. */
const LOCAL_ANSWER_MS = 10_000;

/** What bridges know (berg.md 3.3), and whether doing it twice changes nothing. */
const BRIDGE_COMMANDS: ReadonlyMap<string, boolean> = new Map([
  ['add_device_encryption_key', true],
  ['set_cloud_log_level', true],
  ['pjoin', true],
  ['leave', false],
  ['form', false],
  ['restart', false],
  ['reboot', false],
]);

export function execute(state: BergState, { device, number, action }: Execute, out: Effect[]): void {
  if (state.device?.id === device.id) toBridge(state.bridge, number, action, out);
  else if (state.printers.members.get(device.identifier)?.device?.id === device.id) {
    toPrinter(state.bridge, device, number, action, out);
  } else out.push(refuseCommand('not_joined', 'The printer is not on this bridge'));
}

function toBridge(bridge: string, number: number, action: CommandAction, out: Effect[]): void {
  switch (action.kind) {
    case 'bridge': {
      const repeatable = BRIDGE_COMMANDS.get(action.name);
      if (repeatable === undefined)
        out.push(refuseCommand('invalid', 'Bridges know no command of this name'));
      else {
        const answerMs = repeatable ? LOCAL_ANSWER_MS : ANSWER_MS;
        write(bridgeCommand(bridge, number, action.name, action.params), answerMs, repeatable, out);
      }
      return;
    }
    case 'raw':
      out.push(...writeRawText(action.frame));
      return;
    default:
      out.push(unsupportedAction(action.kind));
  }
}

function toPrinter(
  bridge: string,
  printer: AdmittedDevice,
  number: number,
  action: CommandAction,
  out: Effect[],
): void {
  const binary = binaryOf(number, action);
  if (typeof binary === 'string') {
    out.push(...writeRawText(binary));
    return;
  }
  if (!(binary instanceof Uint8Array)) {
    out.push(binary);
    return;
  }
  const answerMs = ANSWER_MS + BLOCK_MS * Math.ceil(binary.length / BLOCK_BYTES);
  write(
    deviceCommand(bridge, printer.identifier, number, binary),
    Math.min(answerMs, MAX_ANSWER_MS),
    false,
    out,
  );
}

/** The command's bytes, the text that stands for itself, or why there is neither. */
function binaryOf(number: number, action: CommandAction): Uint8Array | string | Effect {
  switch (action.kind) {
    case 'print':
      return encodeImages(deliveryCode(action.face, action.onButton), number, [action.image]);
    case 'personality': {
      const { images } = action;
      if (images.length === 4) return encodeImages(CommandCode.setPersonality, number, images);
      if (images.length === 5) return encodeImages(CommandCode.setPersonalityWithMessage, number, images);
      return refuseCommand('invalid', 'A personality has four or five images');
    }
    case 'quip':
      return action.images.length === QUIP_IMAGES
        ? encodeImages(CommandCode.setQuip, number, action.images)
        : refuseCommand('invalid', `A quip has ${QUIP_IMAGES} images`);
    case 'raw':
      return action.frame;
    default:
      return unsupportedAction(action.kind);
  }
}

function deliveryCode(face: boolean, onButton: boolean): CommandCode {
  if (onButton) return face ? CommandCode.setDelivery : CommandCode.setDeliveryNoFace;
  return face ? CommandCode.setDeliveryAndPrint : CommandCode.setDeliveryAndPrintNoFace;
}

/** A printer takes rows of no other width: it prints them skewed. */
function encodeImages(code: CommandCode, number: number, images: readonly Bitmap[]): Uint8Array | Effect {
  const fits = images.every(({ width, height }) => width === WIDTH && height <= MAX_ROWS);
  return fits
    ? encodeCommand(code, number, images)
    : refuseCommand('invalid', `An image is ${WIDTH} dots wide and at most ${MAX_ROWS} high`);
}

function write(frame: string, answerWithinMs: number, repeatable: boolean, out: Effect[]): void {
  out.push(
    { do: 'send', frame },
    { do: 'taken', taken: { outcome: 'written', answerWithinMs, repeatable, retries: 0 } },
  );
}
