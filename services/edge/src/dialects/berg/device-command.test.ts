// Image regions, whole commands and their envelopes, byte for byte against the vectors.
import { describe, expect, it } from 'vitest';
import { vectorsOf } from '../_drive.js';
import type { JsonObject } from '../dialect.js';
import { bitmapOf } from './_bitmap.js';
import { CommandCode, encodeCommand } from './device-command.js';
import { bridgeCommand, deviceCommand } from './envelope.js';
import { imageRegion } from './image-file.js';

interface Picture {
  readonly rows_top_to_bottom: readonly string[];
}
interface CommandInput {
  readonly command_code: CommandCode;
  readonly file_id: number;
  readonly images?: number;
  readonly image?: Picture;
  readonly each_image?: Picture;
}

it.each(vectorsOf('berg', 'image_region'))('the region of $name', ({ input, expected }) => {
  const region = imageRegion(bitmapOf(input['rows'] as string[]));
  expect(region.toString('hex')).toBe(expected['region_hex']);
  expect([...region.subarray(5)]).toEqual(expected['rle']);
});

describe('a device command', () => {
  it.each(vectorsOf('berg', 'device_command'))('is that of $name', ({ input, expected }) => {
    const { command_code, file_id, images = 1, image, each_image } = input as unknown as CommandInput;
    const picture = bitmapOf((image ?? each_image)?.rows_top_to_bottom ?? []);
    const bytes = encodeCommand(command_code, file_id, Array(images).fill(picture));
    expect(Object.values(CommandCode)).toContain(command_code);
    expect(bytes.toString('base64')).toBe(expected['binary_payload']);
  });

  it.each(vectorsOf('berg', 'device_command_decode'))('has the layout of $name', ({ input, expected }) => {
    const captured = Buffer.from(input['first_52_bytes_hex'] as string, 'hex');
    const white = { width: 384, height: expected['rows'] as number, rows: new Uint8Array(48 * 155) };
    const bytes = encodeCommand(CommandCode.setDeliveryAndPrint, expected['file_id'] as number, [white]);
    // All but the three sizes that depend on how many bytes the picture's runs take.
    const sizes = [12, 16, 48];
    const less = (expected['rle_len'] as number) - (bytes.length - 52);
    for (const at of sizes) bytes.writeUInt32LE(bytes.readUInt32LE(at) + less, at);
    expect(bytes.toString('hex', 0, 52)).toBe(captured.toString('hex'));
    expect(bytes.readUInt32LE(12)).toBe(expected['length']);
  });
});

describe('envelopes', () => {
  it.each(vectorsOf('berg', 'server_message'))('$name', ({ input, expected }) => {
    const { name, params } = expected['json_payload'] as { name: string; params: JsonObject };
    const number = (input['command_id'] ?? 7) as number;
    const bridge = (input['bridge_address'] ?? '000d6f0002ff7a91') as string;
    expect(JSON.parse(bridgeCommand(bridge, number, name, params))).toEqual({
      type: 'BridgeCommand',
      bridge_address: bridge,
      command_id: number,
      timestamp: '0',
      ...expected,
    });
  });

  it('carry bytes from anywhere in a buffer, padded and without line breaks', () => {
    const bytes = new Uint8Array(200).fill(0xff).subarray(50, 150);
    const message = deviceCommand('b', 'p', 4_294_967_295, bytes);
    expect(JSON.parse(message)).toEqual({
      type: 'DeviceCommand',
      bridge_address: 'b',
      device_address: 'p',
      command_id: 4_294_967_295,
      timestamp: '0',
      binary_payload: `${'/'.repeat(133)}w==`,
    });
  });
});
