// The binary events against the vectors, and that no bytes break the decoder.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectorsOf } from '../_drive.js';
import { bytesOfBase64 } from './base64.js';
import { decodeDeviceEvent, type PrinterEvent } from './device-event.js';

/** The decoded event in the words of the vectors. */
function inVectorWords(event: PrinterEvent): Record<string, unknown> {
  const words = {
    name: event.name,
    event_code: event.code,
    command_id: event.commandId,
    payload_length: event.length,
  };
  switch (event.name) {
    case 'heartbeat':
      return { ...words, uptime: event.uptimeS };
    case 'did_print':
      return {
        ...words,
        print_type: event.printType,
        print_type_name: event.typeName,
        print_id: event.printId,
      };
    case 'did_power_on':
      return {
        ...words,
        device_type: event.deviceType,
        firmware_build_version: event.firmware,
        loader_build_version: event.loader,
        protocol_version: event.protocolVersion,
        reset_description: event.reset,
        reset_base: `0x${(event.reset & 0xff00).toString(16).padStart(4, '0')}`,
        reset_text: event.resetText,
        reset_detail: event.reset & 0xff,
      };
    case 'product_announce':
      return { ...words, product_id: event.productId, product_version: event.productVersion };
    case 'event_raw':
    case 'event_packed':
      return { ...words, event_id: event.eventId, data_hex: event.dataHex };
    case 'event_named_packed':
      return { ...words, event_name: event.eventName, data_hex: event.dataHex };
    case 'command_response':
    case 'unknown':
      return words;
  }
}

const bytesOf = (base64: unknown) => bytesOfBase64(String(base64)) ?? Buffer.alloc(0);
const event = (code: number, payload: string) => {
  const data = Buffer.from(payload, 'hex');
  const header = Buffer.alloc(10);
  header.writeUInt16LE(code, 0);
  header.writeUInt32LE(data.length, 6);
  return decodeDeviceEvent(Buffer.concat([header, data]));
};

describe('vectors', () => {
  it.each(vectorsOf('berg', 'device_event'))('$name', ({ input, expected }) => {
    const bytes = bytesOf(input['binary_payload']);
    if (input['bytes_hex'] !== undefined) expect(bytes.toString('hex')).toBe(input['bytes_hex']);
    const decoded = decodeDeviceEvent(bytes);
    if (expected['malformed'] === true) {
      expect(decoded).toMatch(/^event_(header|length|payload)$/);
    } else {
      expect(typeof decoded === 'string' ? decoded : inVectorWords(decoded)).toMatchObject(expected);
    }
  });
});

describe('beside the vectors', () => {
  it('keeps raw events and what has no decoder', () => {
    expect(event(0xe005, 'ff00')).toMatchObject({ name: 'event_raw', eventId: 5, dataHex: 'ff00' });
    expect(event(0x7777, 'ab')).toMatchObject({ name: 'unknown', code: 0x7777, dataHex: 'ab' });
    expect(event(0x0080, '90')).toMatchObject({ name: 'command_response', result: 0x90 });
  });

  it('keeps the first 512 bytes of them', () => {
    expect(event(0x7777, 'ab'.repeat(600))).toMatchObject({ length: 600, dataHex: 'ab'.repeat(512) });
  });

  it('names quips, and does not name print types or reset causes that nobody knows', () => {
    expect(event(0x0002, '1107000000')).toMatchObject({ typeName: 'quip', printId: 7 });
    expect(event(0x0002, '7f07000000')).toMatchObject({ typeName: 'unknown', printType: 0x7f });
    expect(event(0x0003, `${'00'.repeat(72)}03ff`)).toMatchObject({ reset: 0xff03, resetText: undefined });
  });

  it.each([
    ['a did_power_on of another length', 0x0003, '00'.repeat(60)],
    ['a product announce of another length', 0xa000, '00'],
    ['a named event without a name', 0xe17f, ''],
    ['a named event whose name is no short string', 0xe17f, 'd904'],
    ['a named event cut within its name', 0xe17f, 'a47465'],
  ])('%s is malformed', (_, code, payload) => {
    expect(event(code, payload)).toBe('event_payload');
  });

  it('is total', () => {
    const codes = fc.constantFrom(1, 2, 3, 0x80, 0xa000, 0xe001, 0xe101, 0xe17f, 0x7777);
    fc.assert(
      fc.property(
        codes,
        fc.uint8Array({ maxLength: 100 }),
        fc.uint8Array({ maxLength: 100 }),
        (code, data, raw) => {
          const decoded = event(code, Buffer.from(data).toString('hex'));
          if (typeof decoded !== 'string') expect(decoded).toMatchObject({ code, length: data.length });
          decodeDeviceEvent(Buffer.from(raw));
        },
      ),
    );
  });
});

describe('base64', () => {
  it('may have line breaks and lack padding', () => {
    expect(bytesOfBase64('AQAA\nAAAA\r\nBAAAABQAAAA\n')).toEqual(bytesOfBase64('AQAAAAAABAAAABQAAAA='));
  });

  it.each(['A', 'AAAA=A', '####', 'AAA-', 'AA=A'])('%s is none', (text) => {
    expect(bytesOfBase64(text)).toBeUndefined();
  });
});
