// Every bridge message of the vectors and of the seed transcript, and that no frame breaks the codec.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedText, vectorsOf } from '../_drive.js';
import { objectOf } from '../json-object.js';
import { addressOf } from './address.js';
import { decode } from './wire.js';

const seed = seedText('000_752c8fb3f672c771.txt');
const seedMessages = seed.split('\n').filter((line) => line.startsWith('{"'));
const text = (value: unknown) =>
  decode({ data: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), binary: false });

const kinds: Readonly<Record<string, string>> = {
  BridgeLog: 'bridge_log',
  DeviceEvent: 'device_event',
  DeviceCommandResponse: 'device_response',
  BridgeCommandResponse: 'bridge_response',
};
const kindOf = (message: Readonly<Record<string, unknown>>) =>
  kinds[String(message['type'])] ?? objectOf(message['json_payload'])?.['name'];

describe('vectors', () => {
  it.each(vectorsOf('berg', 'bridge_message'))('$name', ({ input, expected }) => {
    const message = objectOf(input['message'] ?? input['message_minus_uboot']) ?? {};
    const decoded = text(message);
    expect(decoded).toMatchObject({ kind: kindOf(message), bridge: message['bridge_address'] });
    if ('return_code' in expected) expect(decoded).toMatchObject({ returnCode: expected['return_code'] });
  });
});

describe('the seed transcript', () => {
  it('decodes line by line', () => {
    expect(seedMessages.map((line) => text(line).kind)).toEqual([
      'power_on',
      'bridge_log',
      'device_event',
      'device_connect',
      'device_event',
      'device_disconnect',
      'encryption_key_required',
    ]);
  });

  it('opens with the power_on that the vectors measure', () => {
    const [line = ''] = seedMessages;
    const [vector] = vectorsOf('berg', 'bridge_message');
    expect(line.length).toBe(vector?.input['wire_length_chars']);
    const { json_payload: payload } = JSON.parse(line) as { json_payload: { uboot_environment: string } };
    const environment = Buffer.from(payload.uboot_environment, 'base64');
    expect(createHash('sha256').update(environment).digest('hex')).toBe(vector?.input['uboot_env_sha256']);
    expect(text(line)).toMatchObject({
      clock: 1346500898.052285,
      model: 'B',
      firmwareVersion: 'v2.3.1-f3c7946',
      ncpVersion: '0x46C5',
      localIpAddress: '192.168.2.117',
      macAddress: '40:d8:55:19:77:2e',
      uptimeText: '89.52 68.99',
      uptimeS: 89.52,
      uboot: { size: vector?.input['uboot_env_bytes'], ethaddr: '40:d8:55:19:77:2e' },
      networkInfo: { network_status: 'EMBER_JOINED_NETWORK', channel: 25, pan_id: '0xDCC9' },
    });
  });
});

const envelope = { bridge_address: '000d6f0002ff7a91', timestamp: 0 };
const bridgeEvent = (payload: unknown) => ({ ...envelope, type: 'BridgeEvent', json_payload: payload });
const deviceEvent = (more: object) => ({
  ...envelope,
  type: 'DeviceEvent',
  device_address: '000d6f000273ce0b',
  binary_payload: 'AQAAAAAABAAAABQAAAA=',
  ...more,
});

describe('is lenient', () => {
  it('with a power_on that says little', () => {
    const bare = {
      name: 'power_on',
      uptime: 0,
      uboot_environment: {},
      network_info: {},
      model: 'little-printer-zigbee',
    };
    expect(text(bridgeEvent(bare))).toMatchObject({
      kind: 'power_on',
      uptimeS: 0,
      model: 'little-printer-zigbee',
    });
    const odd = {
      name: 'power_on',
      uptime: 'soon',
      uboot_environment: '###',
      network_info: 'none',
      model: 7,
    };
    const nothing = { model: undefined, uptimeS: undefined, uboot: undefined, networkInfo: undefined };
    expect(text(bridgeEvent(odd))).toMatchObject({ kind: 'power_on', ...nothing });
  });

  it('with the form of addresses', () => {
    expect(addressOf('0x000D6F0002FF7A91')).toBe('000d6f0002ff7a91');
    expect(addressOf('0X000d6f0002ff7a91')).toBe('000d6f0002ff7a91');
    for (const none of [
      '000d6f0002ff7a9',
      '000d6f0002ff7a911',
      '000d6f0002ff7a9g',
      '0x0x000d6f0002ff7a',
      7,
      null,
    ]) {
      expect(addressOf(none)).toBeUndefined();
    }
  });

  it.each([
    [1346500898, 1346500898],
    [0, 0],
    ['0', '0'],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
  ])('with the timestamp %j', (timestamp, clock) => {
    expect(text({ ...deviceEvent({}), timestamp })).toMatchObject({ kind: 'device_event', clock });
  });

  it.each([
    [[-31, -32, -30], -31],
    [[], undefined],
    [null, undefined],
    [undefined, undefined],
    [['x'], undefined],
    [[1e9], undefined],
  ])('with rssi_stats %j', (stats, rssiDbm) => {
    expect(text(deviceEvent({ rssi_stats: stats }))).toMatchObject({ kind: 'device_event', rssiDbm });
  });

  it('with a response that lacks device, time and code', () => {
    const response = { ...envelope, type: 'DeviceCommandResponse', command_id: 9 };
    expect(text(response)).toMatchObject({ commandId: 9, returnCode: null, printer: undefined });
  });

  it('with indentation and a trailing newline', () => {
    expect(text(`${JSON.stringify(deviceEvent({}), null, 4)}\n`)).toMatchObject({ kind: 'device_event' });
  });
});

it('bounds what a BridgeLog leaves behind', () => {
  const record = {
    name: 'cloud',
    levelname: 'WARNING',
    message: 'é'.repeat(2000),
    created: 1.5,
    process: 465,
  };
  const odd = { message: 'a\u0000b\ud800', levelno: 40 };
  const records = [record, odd, 7, ...Array.from({ length: 100 }, () => record)];
  const decoded = text({ ...envelope, type: 'BridgeLog', records });
  if (decoded.kind !== 'bridge_log') throw new Error(decoded.kind);
  expect([decoded.records.length, decoded.malformed, decoded.dropped]).toEqual([99, 1, 3]);
  const [first, second] = decoded.records;
  expect(first).toMatchObject({ logger: 'cloud', level: 'warning', created: 1.5, process: 465 });
  expect(Buffer.byteLength(first?.message ?? '')).toBe(1024);
  expect(second).toMatchObject({ level: 'error', message: 'a\ufffdb\ufffd' });
});

describe('malformed', () => {
  it.each([
    ['json', '{'],
    ['not_an_object', '[]'],
    ['type', {}],
    ['bridge_address', { type: 'BridgeLog', records: [] }],
    ['bridge_address', { ...deviceEvent({}), bridge_address: 'me' }],
    ['records', { ...envelope, type: 'BridgeLog' }],
    ['json_payload', bridgeEvent(null)],
    ['json_payload', bridgeEvent({})],
    ['device_address', bridgeEvent({ name: 'device_connect' })],
    ['device_address', deviceEvent({ device_address: 7 })],
    ['binary_payload', deviceEvent({ binary_payload: '###' })],
    ['event_header', deviceEvent({ binary_payload: 'AQA=' })],
    ['response', { ...envelope, type: 'DeviceCommandResponse', command_id: '9' }],
    ['response', { ...envelope, type: 'BridgeCommandResponse', command_id: 9, return_code: 'ok' }],
  ])('%s: %j', (what, message) => {
    expect(text(message)).toEqual({ kind: 'malformed', what });
  });

  it('is a binary frame', () => {
    const data = Buffer.from(seedMessages[1] ?? '');
    expect(decode({ data, binary: true })).toEqual({ kind: 'malformed', what: 'binary' });
  });
});

it('tolerates what it does not know', () => {
  expect(text({ type: 'WifiEvent', name: 'connect' })).toEqual({ kind: 'unrecognised', what: 'wifi_event' });
  expect(text({ type: 'Hello' })).toEqual({ kind: 'unrecognised', what: 'type' });
  expect(text(bridgeEvent({ name: 'party' }))).toMatchObject({ kind: 'unknown_bridge_event' });
});

it('is total', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (data, binary) => {
      expect(decode({ data, binary })).toHaveProperty('kind');
    }),
  );
});
