// Printers behind a bridge: how they come in, what their events become, how they go.
import { describe, expect, it } from 'vitest';
import { asked, counts, deviceNamed, drive, emitted, seedText } from '../_drive.js';
import { type Effect, RefusalCode } from '../dialect.js';
import { berg } from './berg.js';
import { MAX_HELD, MAX_PRINTERS } from './state.js';

const now = 1_735_734_000_000;
const bridge = deviceNamed('000d6f0002ff7a91');
const address = '000d6f000273ce0b';
const printer = deviceNamed(address);
const as = `printer:${address}`;
const envelope = { bridge_address: bridge.identifier, timestamp: 5 };
const connect = (device_address = address) => ({
  ...envelope,
  type: 'BridgeEvent',
  json_payload: { name: 'device_connect', device_address },
});
const disconnect = {
  ...envelope,
  type: 'BridgeEvent',
  json_payload: { name: 'device_disconnect', device_address: address },
};
const event = (binary_payload: string, more = {}) => ({
  ...envelope,
  type: 'DeviceEvent',
  device_address: address,
  binary_payload,
  rssi_stats: [-31, -32, -30],
  ...more,
});
const heartbeat = event('AQAAAAAABAAAABQAAAA=');
const didPowerOn = event(
  'AwAAAAAASgAAAAAAAAB2MC41LTEyLWcyNmU4MmYwAAAAAAAAAAAAAAAAAAAAAHYwLjUtMC1nMTQ4NTljYgAAAAAAAAAAAAAAAAAAAAAABAAAAAEE',
);

function ready() {
  const session = drive(berg, now);
  session.text({ ...envelope, type: 'BridgeLog', records: [] });
  session.admit('bridge', bridge);
  return session;
}
function joined() {
  const session = ready();
  session.text(connect());
  return { session, effects: session.admit(as, printer) };
}
const arms = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'arm' ? [[effect.timer, effect.afterMs]] : []));
const released = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'release' ? [[effect.device, effect.reason]] : []));

describe('admission', () => {
  it.each([
    ['a connect', connect()],
    ['a first event', heartbeat],
    ['an address with prefix and capitals', connect('0x000D6F000273CE0B')],
  ])('is asked on %s, with the bridge as gateway', (_, message) => {
    const question = { kind: 'admit', identifier: address, deviceKind: 'printer', gateway: bridge };
    expect(ready().text(message)).toEqual([{ do: 'ask', as, question }]);
  });

  it('is asked once; what comes meanwhile waits and keeps its time', () => {
    const session = ready();
    session.text(didPowerOn);
    session.now += 100;
    expect([...session.text(connect()), ...session.text(heartbeat)]).toEqual([]);
    session.now += 100;
    const effects = session.admit(as, printer);
    expect(emitted(effects, 'log')).toMatchObject([{ device: printer, name: 'power_on', timeMs: now }]);
    expect(emitted(effects, 'reading').map(({ metric, timeMs }) => [metric, timeMs])).toEqual([
      ['rssi_dbm', now],
      ['rssi_dbm', now + 100],
      ['uptime_s', now + 100],
    ]);
  });

  it('holds a bounded number of messages', () => {
    const session = ready();
    const lost = Array.from({ length: MAX_HELD + 2 }, () => counts(session.text(heartbeat))).flat();
    expect(lost).toEqual(['ignored held_overflow', 'ignored held_overflow']);
  });

  it('refused is counted, and asked again after a minute at the earliest', () => {
    const session = ready();
    session.text(heartbeat);
    expect(session.refuse(as, RefusalCode.forbidden)).toEqual([
      { do: 'count', outcome: 'refused', what: 'printer' },
    ]);
    session.now += 59_999;
    expect(counts(session.text(heartbeat))).toEqual(['refused printer']);
    session.now += 1;
    expect(asked(session.text(heartbeat))).toEqual([as]);
  });

  it('is asked again soon when the registry could not answer', () => {
    const session = ready();
    session.text(heartbeat);
    session.refuse(as, RefusalCode.unavailable);
    session.now += 10_000;
    expect(asked(session.text(heartbeat))).toEqual([as]);
  });

  it(`stops at ${MAX_PRINTERS} printers until one is gone`, () => {
    const session = ready();
    for (let i = 0; i < MAX_PRINTERS; i++) {
      const one = i.toString(16).padStart(16, '0');
      session.text(connect(one));
      session.admit(`printer:${one}`, deviceNamed(one));
    }
    expect(session.text(heartbeat)).toEqual([{ do: 'count', outcome: 'refused', what: 'too_many_printers' }]);
    session.now += 60_000;
    expect(released(session.timer('silence'))).toHaveLength(MAX_PRINTERS);
    expect(asked(session.text(heartbeat))).toEqual([as]);
  });
});

describe('an event', () => {
  it('heartbeat is readings only', () => {
    const effects = joined().session.text(heartbeat);
    const reading = { kind: 'reading', device: printer, timeMs: now, intervalS: 0 };
    expect(effects).toEqual([
      { do: 'emit', event: { ...reading, metric: 'rssi_dbm', value: -31 } },
      { do: 'emit', event: { ...reading, metric: 'uptime_s', value: 20 } },
    ]);
  });

  it('did_power_on is a log line and facts', () => {
    const effects = joined().session.text(didPowerOn);
    expect(emitted(effects, 'log')).toMatchObject([
      {
        name: 'power_on',
        level: 'info',
        fields: { reset_text: 'Power on', reset_description: 1025, reset_detail: 1, bridge_timestamp: 5 },
      },
    ]);
    expect(emitted(effects, 'facts')).toEqual([
      {
        kind: 'facts',
        device: printer,
        timeMs: now,
        firmware: { version: 'v0.5-12-g26e82f0', loader_version: 'v0.5-0-g14859cb', protocol_version: 4 },
        profile: { device_type: 0 },
      },
    ]);
  });

  it('did_power_on after a watchdog reset is a warning', () => {
    const short =
      'AwAAAAAAOgAAAAEAAAB2MC41LTEyLWcyNmU4MmYwAAAAAAAAAAB2MC41LTAtZzE0ODU5Y2IAAAAAAAAAAAAEAAAAAAU=';
    expect(emitted(joined().session.text(event(short)), 'log')).toMatchObject([
      { level: 'warning', fields: { reset_text: 'Watchdog' } },
    ]);
  });

  it.each([
    ['did_print', 'AgBmAAAABQAAAAFmAAAA', { print_id: 102, print_type: 1, print_type_name: 'delivery' }],
    ['did_print', 'AgAAAAAABQAAABAAAAAA', { print_id: 0, print_type_name: 'nothing_to_print' }],
    ['product_announce', 'AKAAAAAAFAAAAAABAgMEBQYHCAkKCwwNDg8AAAAD', { product_version: 3 }],
    ['event_packed', 'BeEAAAAAAwAAAKF4AQ==', { event_id: 5, data_hex: 'a17801' }],
    ['event_named_packed', 'f+EAAAAABwAAAKR0ZW1wzMg=', { event_name: 'temp', data_hex: 'ccc8' }],
    ['command_response', 'gAAAAAAAAQAAAJA=', { return_code: 0x90 }],
    ['unknown_event', 'd3cAAAAAAAAAAA==', { event_code: 30583, payload_length: 0 }],
  ])('%s is a log line', (name, payload, fields) => {
    const effects = joined().session.text(event(payload, { rssi_stats: null }));
    expect(emitted(effects, 'reading')).toEqual([]);
    expect(emitted(effects, 'log')).toMatchObject([{ device: printer, name, timeMs: now, fields }]);
  });

  it('that cannot be read does not end anything', () => {
    expect(joined().session.text(event('AQAAAAAAAwAAAAAAAA=='))).toEqual([
      { do: 'count', outcome: 'malformed', what: 'event_payload' },
    ]);
  });
});

it('a response of a known printer is its log line and its transfer time', () => {
  const effects = joined().session.text({
    ...envelope,
    type: 'DeviceCommandResponse',
    device_address: address,
    command_id: 9,
    return_code: 48,
    transfer_time: 3.44,
    rssi_stats: [-19, -19, -19],
  });
  expect(emitted(effects, 'log')).toMatchObject([
    {
      device: printer,
      name: 'command_response',
      level: 'warning',
      fields: { command_id: 9, result: 'busy', rssi_dbm: -19 },
    },
  ]);
  expect(emitted(effects, 'reading')).toMatchObject([
    { metric: 'transfer_time_s', value: 3.44, intervalS: 0 },
  ]);
});

describe('going', () => {
  it('by disconnect releases it, and its next event lets it in anew', () => {
    const { session } = joined();
    expect(session.text(disconnect)).toEqual([
      { do: 'release', device: printer, reason: 'device_disconnect' },
    ]);
    expect(counts(session.text(disconnect))).toEqual(['ignored disconnect_of_unknown']);
    expect(asked(session.text(heartbeat))).toEqual([as]);
  });

  it('while admission is pending takes effect in its place', () => {
    const session = ready();
    for (const message of [heartbeat, disconnect, heartbeat]) session.text(message);
    const effects = session.admit(as, printer);
    expect(emitted(effects, 'reading')).toHaveLength(2);
    expect(released(effects)).toEqual([[printer, 'device_disconnect']]);
    expect(asked(effects)).toEqual([as]);
    const again = deviceNamed(address, 2n);
    expect(emitted(session.admit(as, again), 'reading')).toMatchObject([
      { device: again },
      { device: again },
    ]);
  });

  it('by 60 s of silence releases it', () => {
    const { session, effects } = joined();
    expect(arms(effects)).toEqual([['silence', 60_000]]);
    session.now += 10_000;
    session.text(heartbeat);
    session.now += 50_000;
    const early = session.timer('silence');
    expect([released(early), arms(early)]).toEqual([[], [['silence', 10_000]]]);
    session.now += 10_000;
    expect(session.timer('silence')).toEqual([{ do: 'release', device: printer, reason: 'silent' }]);
  });

  it('elsewhere drops it without a word; its next event lets it in anew', () => {
    const { session } = joined();
    expect(session.supersede(printer)).toEqual([]);
    expect(asked(session.text(heartbeat))).toEqual([as]);
  });
});

it('the seed transcript plays through', () => {
  const session = drive(berg, now);
  const lines = seedText('000_752c8fb3f672c771.txt')
    .split('\n')
    .filter((line) => line.startsWith('{"'));
  const effects: Effect[] = [];
  for (const line of lines) {
    for (const effect of session.text(line)) {
      effects.push(effect);
      if (effect.do !== 'ask' || effect.question.kind !== 'admit') continue;
      effects.push(...session.admit(effect.as, deviceNamed(effect.question.identifier)));
    }
  }
  expect(emitted(effects, 'log').map(({ device, name }) => [device.identifier, name])).toEqual([
    [bridge.identifier, 'power_on'],
    ...Array(4).fill([bridge.identifier, 'bridge_log']),
    [address, 'power_on'],
  ]);
  expect(emitted(effects, 'reading').map(({ metric, value }) => [metric, value])).toEqual([
    ['uptime_s', 89.52],
    ['rssi_dbm', -30],
    ['rssi_dbm', -31],
    ['uptime_s', 20],
  ]);
  expect(released(effects)).toEqual([[printer, 'device_disconnect']]);
  // The last line of the capture comes from another bridge.
  expect(counts(effects)).toEqual(['refused other_bridge']);
});
