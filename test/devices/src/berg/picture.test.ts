// What the printer reads out of commands and run lengths, against the vectors.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ParsedCommand, parseCommand } from './binary.js';
import { dotsOf } from './picture.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}
const file = new URL('../../../vectors/berg.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
const ofKind = (kind: string) => vectors.filter((vector) => vector.kind === kind);

describe('run lengths', () => {
  it.each(ofKind('rle_decode'))('$name', ({ input, expected }) => {
    const runs = expected['runs'] as readonly (readonly [string, number])[];
    const dots = runs.flatMap(([colour, length]) => Array<number>(length).fill(colour === 'black' ? 1 : 0));
    expect([...dotsOf(Uint8Array.from(input['codes'] as number[]))]).toEqual(dots);
  });

  it.each(ofKind('rle_run'))('$name', ({ input, expected }) => {
    const length = input['run_length'] as number;
    expect(dotsOf(Uint8Array.from(expected['codes'] as number[]))).toEqual(new Uint8Array(length));
  });

  it.each(ofKind('image_region'))('$name, upside down', ({ input, expected }) => {
    const seen = (input['rows'] as string[]).join('');
    const dots = [...dotsOf(Uint8Array.from(expected['rle'] as number[]))].reverse();
    expect(dots.map((dot) => (dot === 1 ? 'B' : 'W')).join('')).toBe(seen);
  });
});

describe('a command', () => {
  const lettersOf = ({ pictures }: ParsedCommand) =>
    pictures.map(({ width, height, rows }) =>
      Array.from({ length: height }, (_, y) =>
        Array.from({ length: width }, (_, x) => {
          const byte = rows[y * Math.ceil(width / 8) + (x >> 3)] ?? 0;
          return (byte & (0x80 >> (x & 7))) === 0 ? 'W' : 'B';
        }).join(''),
      ),
    );

  it.each(ofKind('device_command'))('$name', ({ input, expected }) => {
    const picture = (input['each_image'] ?? input['image']) as {
      width: number;
      rows_top_to_bottom: string[];
    };
    const parsed = parseCommand(String(expected['binary_payload']), picture.width);
    expect(parsed).toMatchObject({ code: input['command_code'], fileId: input['file_id'] });
    const pictures = Array((input['images'] ?? 1) as number).fill(picture.rows_top_to_bottom);
    expect(parsed && lettersOf(parsed)).toEqual(pictures);
  });

  it.each(ofKind('device_command_decode'))('$name, completed with white rows', ({ input, expected }) => {
    const { rle_len: size, rows } = expected as { rle_len: number; rows: number };
    const codes = Buffer.alloc(size);
    for (let row = 0; row < rows; row += 1) codes.writeUInt8(252, 2 * row);
    const head = Buffer.from(String(input['first_52_bytes_hex']), 'hex');
    const parsed = parseCommand(Buffer.concat([head, codes]).toString('base64'));
    expect(parsed).toMatchObject({ code: expected['command_code'], fileId: expected['file_id'] });
    expect(parsed?.pictures[0]).toMatchObject({ width: 384, height: rows });
  });

  it('with any byte of its heads wrong is none', () => {
    const payload = ofKind('device_command').find(({ name }) => name === 'command-set_delivery_and_print');
    const good = Buffer.from(String(payload?.expected['binary_payload']), 'base64');
    expect(parseCommand(good.toString('base64'), 2)).toBeDefined();
    for (const at of [12, 16, 20, 21, 22, 41, 47, 48, 52]) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 0x11, at);
      expect([at, parseCommand(bad.toString('base64'), 2)]).toEqual([at, undefined]);
    }
  });
});
