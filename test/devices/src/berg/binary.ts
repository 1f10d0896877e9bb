// The printer's binary events and command headers, little-endian, as its radio carries them (berg.md, 3.4 and 3.5).

const HEARTBEAT = 0x0001;
const DID_PRINT = 0x0002;
const DID_POWER_ON = 0x0003;
/** Cause 4, detail 1: power on. */
const RESET_POWER_ON = 0x0401;
const DELIVERY = 0x01;

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

export function didPrintEvent(printId: number): string {
  const payload = Buffer.alloc(5);
  payload.writeUInt8(DELIVERY, 0);
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
}

/** The header of a device command; undefined when its length does not fit, which the printer answers with 128. */
export function parseCommand(base64: string): ParsedCommand | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < 16 || bytes.readUInt32LE(12) !== bytes.length - 16) return undefined;
  return { code: bytes.readUInt16LE(2), fileId: bytes.readUInt32LE(4) };
}

/** Whether paper comes out as soon as the command is stored: set_delivery_and_print, with or without a face. */
export function printsAtOnce(code: number): boolean {
  return code === 0x0001 || code === 0x0011;
}
