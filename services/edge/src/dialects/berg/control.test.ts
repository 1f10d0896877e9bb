// What goes up for commands and claims: answers, paper, arrivals, key requests; who said it, and when it is held back.
import { describe, expect, it } from 'vitest';
import { asked, counts, deviceNamed, drive, emitted } from '../_drive.js';
import { type Effect, RefusalCode } from '../dialect.js';
import { berg } from './berg.js';

const bridge = deviceNamed('000d6f0002ff7a91');
const printer = { ...deviceNamed('000d6f000273ce0b'), id: 'dev-printer' };
const as = `printer:${printer.identifier}`;
const envelope = { bridge_address: bridge.identifier, timestamp: 0 };
const event = (payload: object) => ({ ...envelope, type: 'BridgeEvent', json_payload: payload });
const connect = event({ name: 'device_connect', device_address: printer.identifier });
const keyRequired = event({ name: 'encryption_key_required', device_address: printer.identifier });
const deviceResponse = (command_id: number, return_code: unknown, more = {}) => ({
  ...envelope,
  type: 'DeviceCommandResponse',
  device_address: printer.identifier,
  command_id,
  return_code,
  ...more,
});
const bridgeResponse = (command_id: number, return_code: unknown) => ({
  ...envelope,
  type: 'BridgeCommandResponse',
  command_id,
  return_code,
});
const deviceEvent = (binary_payload: string) => ({
  ...envelope,
  type: 'DeviceEvent',
  device_address: printer.identifier,
  binary_payload,
});
const didPrint = (type: number, id: number) => {
  const payload = Buffer.from('020000000000050000000000000000', 'hex');
  payload.writeUInt8(type, 10);
  payload.writeUInt32LE(id, 11);
  return deviceEvent(payload.toString('base64'));
};

const start = () => drive(berg, 1_735_734_000_000);
function ready() {
  const session = start();
  session.text({ ...envelope, type: 'BridgeLog', records: [] });
  session.admit('bridge', bridge);
  return session;
}
function joined() {
  const session = ready();
  session.text(connect);
  session.admit(as, printer);
  return session;
}
const controls = (effects: readonly Effect[]) =>
  emitted(effects, 'control').map(({ device, content }) => [device.id, content]);

describe('an answer', () => {
  it.each([0, null])('of a printer with %j is an acknowledgement', (returnCode) => {
    const link = { transfer_time: 3.44, rssi_stats: [-19, -20, -18] };
    const result = { return_code: returnCode, transfer_time_s: 3.44, rssi_dbm: -19 };
    expect(controls(joined().text(deviceResponse(7, returnCode, link)))).toEqual([
      [printer.id, { is: 'answer', number: 7, outcome: 'acknowledged', result }],
    ]);
  });

  it.each([0, null])('of a bridge about itself with %j is its success', (returnCode) => {
    const result = { return_code: returnCode };
    expect(controls(joined().text(bridgeResponse(4_294_967_295, returnCode)))).toEqual([
      [bridge.id, { is: 'answer', number: 4_294_967_295, outcome: 'succeeded', result }],
    ]);
  });

  it('with another code is a failure by name', () => {
    expect(controls(joined().text(deviceResponse(7, 48)))).toEqual([
      [
        printer.id,
        {
          is: 'answer',
          number: 7,
          outcome: 'failed',
          code: 'busy',
          retry: 'later',
          result: { return_code: 48 },
        },
      ],
    ]);
    expect(controls(joined().text(deviceResponse(7, 2)))).toMatchObject([
      [printer.id, { code: 'failed_network', message: expect.stringContaining('may have arrived') }],
    ]);
    expect(controls(joined().text(bridgeResponse(8, 1)))).toMatchObject([
      [bridge.id, { outcome: 'failed', code: 'unknown_command', retry: 'never' }],
    ]);
  });

  it.each([
    ['a printer that is not known here', deviceResponse(7, 0)],
    ['a replacement bridge, which names none', deviceResponse(7, 0, { device_address: undefined })],
  ])('of %s comes from the bridge', (_, response) => {
    expect(controls(ready().text(response))).toMatchObject([[bridge.id, { number: 7 }]]);
  });

  it('does not wait until its printer is let in', () => {
    const session = ready();
    session.text(connect);
    expect(controls(session.text(deviceResponse(7, 0)))).toMatchObject([[bridge.id, { number: 7 }]]);
    session.refuse(as, RefusalCode.forbidden);
    expect(controls(session.text(deviceResponse(8, 0)))).toMatchObject([[bridge.id, { number: 8 }]]);
  });

  it('before anything else on the socket counts once the bridge is let in', () => {
    const session = start();
    expect(asked(session.text(deviceResponse(7, 0)))).toEqual(['bridge']);
    session.text(event({ name: 'power_on', uptime: '1 2' }));
    expect(controls(session.admit('bridge', bridge))).toMatchObject([
      [bridge.id, { is: 'answer', number: 7 }],
      [bridge.id, { is: 'arrival' }],
    ]);
  });

  it.each([0, -1, 4_294_967_296])('to %i is to none of ours', (number) => {
    const effects = joined().text(deviceResponse(number, 144));
    expect(controls(effects)).toEqual([]);
    expect(counts(effects)).toEqual(['unrecognised command_id']);
    expect(emitted(effects, 'log')).toMatchObject([{ name: 'command_response' }]);
  });
});

describe('paper', () => {
  it('that came out is the success of its command', () => {
    const effects = joined().text(didPrint(0x01, 4_294_967_295));
    const answer = { is: 'answer', number: 4_294_967_295, outcome: 'succeeded', result: { printed: true } };
    expect(controls(effects)).toEqual([[printer.id, answer]]);
    expect(emitted(effects, 'log')).toMatchObject([{ name: 'did_print' }]);
  });

  it.each([
    ['for no command', 0x01, 0],
    ['as there was nothing to print', 0x10, 5],
    ['with a quip', 0x11, 5],
    ['of another kind', 0x55, 5],
  ])('%s is a log line only', (_, type, id) => {
    const effects = joined().text(didPrint(type, id));
    expect(controls(effects)).toEqual([]);
    expect(emitted(effects, 'log')).toHaveLength(1);
  });
});

describe('an arrival', () => {
  it.each([
    ['89.52 68.99', { instance: '89.52 68.99' }],
    [110, {}],
    ['', {}],
    ['0', {}],
    [0, {}],
    [undefined, {}],
    [{}, {}],
  ])('of a bridge with uptime %j names its process', (uptime, instance) => {
    const effects = ready().text(event({ name: 'power_on', model: 'A', uptime }));
    expect(controls(effects)).toEqual([[bridge.id, { is: 'arrival', ...instance, started: true }]]);
    expect(effects.at(-1)).toMatchObject({ do: 'emit', event: { kind: 'control' } });
  });

  it('of a printer names nothing', () => {
    const versions = Buffer.alloc(84);
    versions.writeUInt16LE(3, 0);
    versions.writeUInt32LE(74, 6);
    const effects = joined().text(deviceEvent(versions.toString('base64')));
    expect(controls(effects)).toEqual([[printer.id, { is: 'arrival', started: true }]]);
  });
});

describe('a key request', () => {
  const request = [[bridge.id, { is: 'key_request', address: printer.identifier }]];

  it.each([
    ['stranger', ready],
    ['printer that is on the network', joined],
  ])('of a %s is passed on', (_, open) => {
    expect(controls(open().text(keyRequired))).toEqual(request);
  });

  it('is passed on at most every ten seconds, and logged less often', () => {
    const session = ready();
    session.text(keyRequired);
    session.now += 9_999;
    expect(session.text(keyRequired)).toEqual([
      { do: 'count', outcome: 'ignored', what: 'key_request_repeated' },
    ]);
    session.now += 1;
    const again = session.text(keyRequired);
    expect([controls(again), again.length]).toEqual([request, 1]);
  });
});
