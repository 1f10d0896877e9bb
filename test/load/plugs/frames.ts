// The bytes that a plug sends, prepared once: masked WebSocket text frames and the upgrade request.
import { randomBytes } from 'node:crypto';

const FIN_TEXT = 0x81;
const MASKED = 0x80;
/** Longer payloads need another form of the length (RFC 6455, 5.2). */
const MAX_SHORT = 125;
const EXTENDED_16 = 126;

/** A masked text frame. Throws a RangeError beyond 65 535 bytes. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const short = payload.length <= MAX_SHORT;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = FIN_TEXT;
  head[1] = MASKED | (short ? payload.length : EXTENDED_16);
  if (!short) head.writeUInt16BE(payload.length, 2);
  const mask = randomBytes(4);
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return Buffer.concat([head, mask, payload]);
}

/** The messages of a version 1 plug (kinetid.md 3.1). */
export const messages = {
  hello: (deviceId: string) => JSON.stringify({ cmd: 'hello', deviceId }),
  heartbeat: (deviceId: string) => JSON.stringify({ cmd: 'hb', deviceId }),
  report: (deviceId: string, consumption: number) =>
    JSON.stringify({ cmd: 'report', deviceId, consumptions: [{ interval: 60, consumption }] }),
};

export function upgradeRequest(host: string): Buffer {
  const key = randomBytes(16).toString('base64');
  const lines = [
    'GET /socket HTTP/1.1',
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
}
