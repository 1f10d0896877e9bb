// Every Kinetid vector that a device's text can show, and that no bytes break the codec.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedText, vectorsOf } from '../_drive.js';
import { decode, encodeError, encodeHello, isDeviceId, type Message, macAddressOf } from './wire.js';

const text = (value: string) => decode({ data: Buffer.from(value, 'utf8'), binary: false });

describe('vectors', () => {
  it.each(vectorsOf('kinetid', 'client_message'))('$name', ({ input, expected }) => {
    const wire = String(input['text']);
    expect(Buffer.byteLength(wire)).toBe(expected['bytes']);
    expect(text(wire)).toEqual(expected['parsed']);
  });

  it.each(vectorsOf('kinetid', 'device_id'))('$name', ({ input, expected }) => {
    expect(macAddressOf(String(input['deviceId']))).toBe(expected['as_mac']);
    expect(expected['as_mac']).toBe(String(expected['as_48_bit_hex']).replace(/(..)(?=.)/g, '$1:'));
  });

  it('writes what the vectors of the other direction show', () => {
    const messages = vectorsOf('kinetid', 'extension_message')
      .filter(({ input }) => input['direction'] === 'server to device')
      .map(({ input }) => JSON.stringify(input['message']));
    expect(messages).toContain(encodeHello('39628657580236', 1735734000_999));
    const { id: _, ...error } = JSON.parse(messages.find((m) => m.includes('"error"')) ?? '{}') as Message;
    expect(JSON.parse(encodeError('39628657580236', 'not_registered'))).toEqual(error);
  });
});

it('reads the hello that the seed prints, each time', () => {
  const lines = seedText('001_24dd38f449b57c20.txt')
    .split('\n')
    .filter((line) => line.startsWith('{"cmd"'));
  expect(lines.map(text)).toEqual(Array(2).fill({ cmd: 'hello', deviceId: '39628657580236' }));
});

describe('decode', () => {
  it.each([
    ['{', 'json'],
    ['', 'json'],
    ['[]', 'not_an_object'],
    ['null', 'not_an_object'],
    ['"hb"', 'not_an_object'],
    ['{"cmd":"hb"}', 'device_id'],
    ['{"cmd":"hb","deviceId":7}', 'device_id'],
    ['{"cmd":"hb","deviceId":""}', 'device_id'],
    [`{"cmd":"hb","deviceId":"${'7'.repeat(65)}"}`, 'device_id'],
  ])('finds %s bad', (wire, problem) => {
    expect(text(wire)).toBe(problem);
  });

  it('takes no binary frame', () => {
    expect(decode({ data: Buffer.from('{"cmd":"hb","deviceId":"7"}'), binary: true })).toBe('binary');
  });

  it('keeps no reference to the bytes', () => {
    const data = Buffer.from('{"cmd":"hb","deviceId":"39628657580236"}');
    const message = decode({ data, binary: false });
    data.fill(0);
    expect(message).toEqual({ cmd: 'hb', deviceId: '39628657580236' });
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, binary) => {
        const message = decode({ data, binary });
        expect(['string', 'object']).toContain(typeof message);
      }),
    );
  });
});

it('takes short printable ids only', () => {
  expect(isDeviceId('39628657580236')).toBe(true);
  expect(isDeviceId('24:0a:c4')).toBe(true);
  expect(isDeviceId('a b')).toBe(false);
  expect(isDeviceId('a\u0000')).toBe(false);
});

it.each(['7', '039628657580236', '281474976710656', '16777215', 'abc'])('%s is no MAC address', (id) => {
  expect(macAddressOf(id)).toBeUndefined();
});
