// The printer's binary events and commands, little-endian, as its radio carries them (berg.md, 3.4 and 3.5).
import { type Picture, picturesOf } from './picture.js';

const HEARTBEAT = 0x0001;
const DID_PRINT = 0x0002;
const DID_POWER_ON = 0x0003;
/** Cause 4, detail 1: power on. */
const RESET_POWER_ON = 0x0401;
/** What came out of a printer: what it was sent, or a note that there is nothing. */
export const PrintType = { delivery: 0x01, nothingToPrint: 0x10 } as const;
export type PrintType = (typeof PrintType)[keyof typeof PrintType];

/** Header of 10 bytes, then the payload; real events carry 0 as their command invocation id. */
function event(code: number, payload: Buffer): string {
  const header = Buffer.alloc(10);
  header.writeUInt16LE(code, 0);
  header.writeUInt32LE(payload.length, 6);
  return Buffer.concat([header, payload]).toString('base64');
}

export function heartbeatEvent(uptimeS: number): string {
  const payload = Buffer.alloc(4);
  payload.writeUInt32LE(uptimeS >>> 0);
  return event(HEARTBEAT, payload);
}

export function didPrintEvent(printId: number, type: PrintType = PrintType.delivery): string {
  const payload = Buffer.alloc(5);
  payload.writeUInt8(type, 0);
  payload.writeUInt32LE(printId, 1);
  return event(DID_PRINT, payload);
}

/** The long form of 74 bytes, with the versions of the seed's printer. */
export function didPowerOnEvent(): string {
  const payload = Buffer.alloc(74);
  payload.writeUInt32LE(0, 0);
  payload.write('v0.5-12-g26e82f0', 4, 'ascii');
  payload.write('v0.5-0-g14859cb', 36, 'ascii');
  payload.writeUInt32LE(4, 68);
  payload.writeUInt16LE(RESET_POWER_ON, 72);
  return event(DID_POWER_ON, payload);
}

export interface ParsedCommand {
  readonly code: number;
  readonly fileId: number;
  /** None for a code that is not known here. */
  readonly pictures: readonly Picture[];
}

const HEADER = 16;
const HEAD_WIDTH = 384;
const SET_DELIVERY_AND_PRINT = 0x0001;
const SET_DELIVERY = 0x0002;
const SET_DELIVERY_AND_PRINT_NO_FACE = 0x0011;
const SET_DELIVERY_NO_FACE = 0x0012;
/** How many files each command has. */
const FILES: ReadonlyMap<number, number> = new Map([
  [SET_DELIVERY_AND_PRINT, 1],
  [SET_DELIVERY, 1],
  [SET_DELIVERY_AND_PRINT_NO_FACE, 1],
  [SET_DELIVERY_NO_FACE, 1],
  [0x0101, 5],
  [0x0102, 4],
  [0x0202, 3],
]);

/** Undefined when a length or count does not fit, which the printer answers with 128. `width` is in dots. */
export function parseCommand(base64: string, width = HEAD_WIDTH): ParsedCommand | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < HEADER || bytes.readUInt32LE(12) !== bytes.length - HEADER) return undefined;
  const code = bytes.readUInt16LE(2);
  const fileId = bytes.readUInt32LE(4);
  const files = FILES.get(code);
  if (files === undefined) return { code, fileId, pictures: [] };
  const pictures = picturesOf(bytes.subarray(HEADER), width);
  return pictures?.length === files ? { code, fileId, pictures } : undefined;
}

/** Whether paper comes out as soon as the command is stored: set_delivery_and_print, with or without a face. */
export function printsAtOnce(code: number): boolean {
  return code === SET_DELIVERY_AND_PRINT || code === SET_DELIVERY_AND_PRINT_NO_FACE;
}

/** Whether the command is kept until somebody presses the button. */
export function printsOnButton(code: number): boolean {
  return code === SET_DELIVERY || code === SET_DELIVERY_NO_FACE;
}
