// The bridge's side of the BERG machine: identification, admission, what each message emits, floods, the ends.
import { describe, expect, it } from 'vitest';
import { asked, closed, counts, deviceNamed, drive, emitted, helloWith, seedText } from '../_drive.js';
import { RefusalCode } from '../dialect.js';
import { berg } from './berg.js';
import { MAX_HELD, MAX_HELD_BYTES } from './state.js';

const now = 1_735_734_000_000;
const address = '000d6f0002ff7a91';
const printer = '000d6f000273ce0b';
const bridge = deviceNamed(address);
const envelope = { bridge_address: address, timestamp: 1346500898.05 };
const event = (payload: object) => ({ ...envelope, type: 'BridgeEvent', json_payload: payload });
const log = {
  ...envelope,
  type: 'BridgeLog',
  records: [{ name: 'cloud', levelname: 'ERROR', message: 'no' }],
};
const keyRequired = () => event({ name: 'encryption_key_required', device_address: printer });

const start = () => drive(berg, now);
function ready() {
  const session = start();
  session.text(event({ name: 'nothing_known' }));
  session.admit('bridge', bridge);
  return session;
}

describe('upgrade', () => {
  it.each([
    [undefined, undefined],
    ['bergcloud-bridge-v1', 'bergcloud-bridge-v1'],
    ['chat, bergcloud-bridge-v1', 'bergcloud-bridge-v1'],
    ['BERGCLOUD-BRIDGE-V1', undefined],
    ['bergcloud-bridge-v10', undefined],
  ])('offering %s answers %s', (offered, subprotocol) => {
    const headers = offered === undefined ? {} : { 'sec-websocket-protocol': offered };
    const decision = berg.upgrade(helloWith(headers));
    expect(decision).toEqual(subprotocol === undefined ? { accept: true } : { accept: true, subprotocol });
  });
});

describe('identification', () => {
  it('is due within 30 s', () => {
    const session = start();
    expect(session.opened).toEqual([{ do: 'arm', timer: 'identify', afterMs: 30_000 }]);
    session.text('{');
    session.text({ type: 'WifiEvent' });
    expect(closed(session.timer('identify'))).toEqual([[1008, 'hello_timeout']]);
    expect(session.text(log)).toEqual([]);
  });

  it.each([
    ['a log', log],
    ['a key request', keyRequired()],
    [
      'an event of a printer',
      { ...envelope, type: 'DeviceEvent', device_address: printer, binary_payload: 'AQAAAAAABAAAABQAAAA=' },
    ],
    ['a late response', { ...envelope, type: 'BridgeCommandResponse', command_id: 7, return_code: null }],
    ['an address with prefix and capitals', { ...log, bridge_address: '0x000D6F0002FF7A91' }],
  ])('comes from %s too', (_, message) => {
    expect(start().text(message)).toEqual([
      { do: 'disarm', timer: 'identify' },
      { do: 'ask', as: 'bridge', question: { kind: 'admit', identifier: address, deviceKind: 'bridge' } },
    ]);
  });

  it('holds for the whole connection: another address is refused and counted', () => {
    const session = ready();
    const effects = session.text({ ...log, bridge_address: '000d6f0001b3719d' });
    expect(effects).toEqual([{ do: 'count', outcome: 'refused', what: 'other_bridge' }]);
  });

  it.each([
    [RefusalCode.notFound, 1008, 'device_not_found'],
    [RefusalCode.unauthenticated, 1008, 'device_unauthenticated'],
    [RefusalCode.forbidden, 1008, 'device_forbidden'],
    [RefusalCode.unavailable, 1013, 'admission_unavailable'],
    [RefusalCode.exhausted, 1013, 'admission_exhausted'],
  ])('refused with %s closes %i', (code, closeCode, reason) => {
    const session = start();
    session.text(log);
    const effects = session.refuse('bridge', code);
    expect([counts(effects), closed(effects)]).toEqual([['refused bridge'], [[closeCode, reason]]]);
  });
});

describe('while admission is pending', () => {
  it('messages wait in order and keep their time', () => {
    const session = start();
    session.text(log);
    session.now += 1000;
    expect(session.text(keyRequired())).toEqual([]);
    session.now += 1000;
    const logs = emitted(session.admit('bridge', bridge), 'log');
    expect(logs.map(({ name, timeMs }) => [name, timeMs])).toEqual([
      ['bridge_log', now],
      ['key_required', now + 1000],
    ]);
  });

  it('their number is bounded, and what is lost is counted', () => {
    const session = start();
    const lost = Array.from({ length: MAX_HELD + 3 }, () => counts(session.text(log))).flat();
    expect(lost).toEqual(Array(3).fill('ignored held_overflow'));
    expect(emitted(session.admit('bridge', bridge), 'log')).toHaveLength(MAX_HELD);
    expect(session.state.room.usedBytes).toBe(0);
  });

  it('their size is bounded', () => {
    const session = start();
    const big = { ...log, pad: 'x'.repeat(MAX_HELD_BYTES / 2) };
    session.text(big);
    expect(counts(session.text(big))).toEqual(['ignored held_overflow']);
  });
});

describe('power_on', () => {
  it('of the seed becomes a log line, facts and the uptime', () => {
    const [line = ''] = seedText('000_752c8fb3f672c771.txt')
      .split('\n')
      .filter((one) => one.startsWith('{"'));
    const effects = ready().text(line);
    expect(emitted(effects, 'log')).toMatchObject([
      {
        device: bridge,
        name: 'power_on',
        timeMs: now,
        fields: { uptime: '89.52 68.99', bridge_timestamp: 1346500898.052285 },
      },
    ]);
    expect(emitted(effects, 'facts')).toMatchObject([
      {
        firmware: { version: 'v2.3.1-f3c7946', ncp_version: '0x46C5' },
        profile: {
          model: 'B',
          mac_address: '40:d8:55:19:77:2e',
          uboot: { size: 2585, ethaddr: '40:d8:55:19:77:2e' },
        },
      },
    ]);
    expect(emitted(effects, 'reading')).toMatchObject([
      { metric: 'uptime_s', value: 89.52, intervalS: 0, timeMs: now },
    ]);
    expect(JSON.stringify(emitted(effects, 'facts')[0]?.profile).length).toBeLessThan(700);
  });

  it('that says nothing is a log line and an arrival', () => {
    const effects = ready().text(event({ name: 'power_on' }));
    expect(effects).toHaveLength(2);
    expect(emitted(effects, 'log')).toMatchObject([{ name: 'power_on' }]);
  });
});

describe('the bridge’s own log', () => {
  it('is one line per record, at the edge’s time', () => {
    const records = [
      {
        name: 'cloud.socket',
        created: 1346500877.33,
        process: 465,
        levelname: 'ERROR',
        message: 'Socket connection refused',
      },
      { levelname: 'CRITICAL', message: 7 },
      'x',
    ];
    const effects = ready().text({ ...log, records });
    expect(emitted(effects, 'log')).toMatchObject([
      {
        device: bridge,
        name: 'bridge_log',
        level: 'error',
        message: 'Socket connection refused',
        timeMs: now,
        fields: { logger: 'cloud.socket', process: 465, created: 1346500877.33 },
      },
      { level: 'critical', message: '', fields: {} },
    ]);
    expect(counts(effects)).toEqual(['malformed log_record']);
  });

  it('is taken up to 100 records', () => {
    const records = Array.from({ length: 150 }, () => ({ message: 'm' }));
    const effects = ready().text({ ...log, records });
    expect(emitted(effects, 'log')).toHaveLength(100);
    expect(counts(effects)).toEqual(['ignored log_records_over_limit']);
  });
});

describe('answers to commands', () => {
  it.each([
    [0, 'info', 'success'],
    [null, 'info', 'success'],
    [255, 'warning', 'bridge_error'],
  ])('of the bridge with code %s are kept', (returnCode, level, result) => {
    const effects = ready().text({
      ...envelope,
      type: 'BridgeCommandResponse',
      command_id: 11,
      return_code: returnCode,
    });
    expect(emitted(effects, 'log')).toMatchObject([
      {
        device: bridge,
        name: 'command_response',
        level,
        fields: { to: 'bridge', command_id: 11, return_code: returnCode, result },
      },
    ]);
  });

  it('of a printer that is not known here stay with the bridge', () => {
    const response = {
      ...envelope,
      type: 'DeviceCommandResponse',
      command_id: 0,
      return_code: 144,
      transfer_time: 3.43,
    };
    const known = ready().text({ ...response, device_address: printer });
    expect(emitted(known, 'reading')).toEqual([]);
    expect(emitted(known, 'log')).toMatchObject([
      {
        device: bridge,
        fields: {
          to: 'device',
          device_address: printer,
          result: 'filesystem_invalid_id',
          transfer_time_s: 3.43,
        },
      },
    ]);
    expect(emitted(ready().text(response), 'log')[0]?.fields).not.toHaveProperty('device_address');
  });
});

describe('what cannot be used', () => {
  it('is counted and the connection stays', () => {
    const session = ready();
    expect(session.text('{')).toEqual([{ do: 'count', outcome: 'malformed', what: 'json' }]);
    expect(counts(session.text({ type: 'Party' }))).toEqual(['unrecognised type']);
    expect(counts(session.text(event({ name: 'party' })))).toEqual(['unrecognised bridge_event']);
    expect(counts(session.text(event({ name: 'device_connect', device_address: address })))).toEqual([
      'ignored bridge_as_printer',
    ]);
  });

  it('ends the connection only in a flood of 50', () => {
    const session = ready();
    for (let i = 0; i < 49; i++) session.text('{');
    session.text(log);
    for (let i = 0; i < 49; i++) expect(closed(session.text('{'))).toEqual([]);
    expect(closed(session.text('{'))).toEqual([[1008, 'bad_messages']]);
    expect(session.text(log)).toEqual([]);
  });
});

it('ends when the bridge is admitted elsewhere, but not for an older epoch', () => {
  const session = ready();
  expect(session.supersede(deviceNamed(address, 0n))).toEqual([]);
  expect(closed(session.supersede(bridge))).toEqual([[1008, 'replaced']]);
  expect(berg.closeFor('drain').code).toBe(1001);
});

it('takes a Wi-Fi device, which is its own bridge, for itself and not for its child', () => {
  const session = ready();
  const effects = session.text({
    ...envelope,
    type: 'DeviceEvent',
    device_address: address,
    binary_payload: 'f+EAAAAABwAAAKR0ZW1wzMg=',
  });
  expect(asked(effects)).toEqual([]);
  expect(emitted(effects, 'log')).toMatchObject([
    { device: bridge, name: 'event_named_packed', fields: { event_name: 'temp', data_hex: 'ccc8' } },
  ]);
});
