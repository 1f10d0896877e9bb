// Both encodings carry the same messages; what is cut off is none.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Json } from '../json.js';
import { encodings } from './frames.js';

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly input: { readonly direction: string; readonly hex: string };
  readonly expected: { readonly value: readonly Json[] };
}
const file = new URL('../../../vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
const message: readonly Json[] = [
  '1',
  '2',
  'device',
  'status_update',
  { status: 'received', delay: 5, list: [null, true] },
];
const { json, msgpack } = encodings;
const recorded = vectors.filter(({ kind }) => kind === 'frame_v3_msgpack');

describe('frames', () => {
  it.each(recorded)('are those recorded: $name', ({ input: { direction, hex }, expected: { value } }) => {
    const bytes = Buffer.from(hex, 'hex');
    if (direction === 'c2s') expect(Buffer.from(msgpack.write(value)).toString('hex')).toBe(hex);
    else expect(msgpack.readBytes(bytes)).toEqual(value);
  });

  it('hold the same message in either encoding', () => {
    expect(json.readText(json.write(message))).toEqual(message);
    const bytes = msgpack.write(message);
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(msgpack.readBytes(bytes)).toEqual(message);
  });

  it('of the other kind hold none', () => {
    expect(json.readBytes()).toBe(undefined);
    expect(msgpack.readText()).toBe(undefined);
  });

  it('that are cut off hold none', () => {
    const bytes = msgpack.write(message);
    expect(msgpack.readBytes(bytes.subarray(0, bytes.length - 1))).toBe(undefined);
    expect(json.readText(json.write(message).slice(0, -1))).toBe(undefined);
  });

  it('write the time of a health report as Elixir does', () => {
    const health = { value: { timestamp: '2026-11-21T03:00:00.000Z', metrics: {} } };
    const bytes = Buffer.from(msgpack.write([null, '1', 'extensions', 'health:report', health]));
    // fixext 4, type -1, seconds.
    expect(bytes.toString('hex')).toContain(
      `d6ff${(Date.parse(health.value.timestamp) / 1_000).toString(16)}`,
    );
  });
});
