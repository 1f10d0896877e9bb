// The bridge and its printer against a server that says what the test tells it to, and against the captured events.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Peer, testServer } from '../_server.js';
import { isObject, type JsonObject, parseObject } from '../json.js';
import { didPowerOnEvent, didPrintEvent, heartbeatEvent, PrintType } from './binary.js';
import { type BergBridgeOptions, bergBridge } from './bridge.js';
import type { Outcome, OutcomeOf } from './command-queue.js';

const identifier = '000d6f0002ff7a91';
const printer = '000d6f000273ce0b';
const key = '3WIhM48TFaHGsQPZPpTF+Q==';
const fast = { powerOnMs: 1, joinMs: 10, heartbeatMs: 10, transferMs: 1, printMs: 1, retryMs: 1 };

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
async function plugIn(options: Partial<BergBridgeOptions> = {}) {
  const server = await testServer({ subprotocol: 'bergcloud-bridge-v1' });
  cleanups.push(server.close);
  const bridge = bergBridge({ url: server.url, identifier, printer, ...fast, ...options });
  cleanups.push(bridge.close);
  return { server, bridge, peer: await server.socket(0) };
}

/** Names of events and types of messages, in the order in which they came. */
const heard = (peer: Peer): readonly string[] =>
  peer.seen.received.map((text) => {
    const { type, json_payload: payload } = parseObject(text);
    return String(isObject(payload) ? payload['name'] : type);
  });
const until = (peer: Peer, name: string, times = 1) =>
  peer.seen.until(() => heard(peer).filter((each) => each === name).length >= times, name);
const bridgeCommand = (commandId: number, name: string, params: JsonObject) => ({
  type: 'BridgeCommand',
  bridge_address: identifier,
  command_id: commandId,
  timestamp: '0',
  json_payload: { name, params },
});
const { vectors } = JSON.parse(
  readFileSync(new URL('../../../vectors/berg.json', import.meta.url), 'utf8'),
) as {
  vectors: readonly {
    readonly name: string;
    readonly input: { readonly binary_payload?: string };
    readonly expected: { readonly binary_payload?: string };
  }[];
};
const vector = (name: string) => vectors.find((one) => one.name === name);
const white = Buffer.from(vector('command-print-384x8-white')?.expected.binary_payload ?? '', 'base64');

/** Prints eight white rows, unless `code` says otherwise. */
function deviceCommand(commandId: number, code: number, to = printer, extra = ''): JsonObject {
  const command = Buffer.concat([white, Buffer.from(extra)]);
  command.writeUInt16LE(code, 2);
  command.writeUInt32LE(commandId, 4);
  const binaryPayload = command.toString('base64');
  return {
    type: 'DeviceCommand',
    bridge_address: identifier,
    device_address: to,
    command_id: commandId,
    timestamp: '0',
    binary_payload: binaryPayload,
  };
}

describe('binary events', () => {
  const captured = (name: string) => vector(name)?.input.binary_payload;

  it('are byte for byte what a real bridge sent', () => {
    expect(didPowerOnEvent()).toBe(captured('event-did-power-on'));
    expect(heartbeatEvent(20)).toBe(captured('event-heartbeat-20'));
  });

  it('carry the print id in the payload', () => {
    expect(Buffer.from(didPrintEvent(102), 'base64').toString('hex')).toBe('020000000000050000000166000000');
  });
});

describe('a bridge', () => {
  it('connects as the real one and says power_on', async () => {
    const { peer, bridge } = await plugIn();
    await until(peer, 'power_on');
    const { headers, url } = peer.request;
    expect(url).toBe('/api/v1/connection');
    expect(headers['sec-websocket-protocol']).toBe('bergcloud-bridge-v1');
    expect(headers['sec-websocket-extensions']).toBeUndefined();
    expect(headers.host).toBe('127.0.0.1');
    const powerOn = parseObject(peer.seen.received[0] ?? '');
    expect(powerOn).toMatchObject({
      type: 'BridgeEvent',
      bridge_address: identifier,
      json_payload: { name: 'power_on', firmware_version: 'v2.3.1-f3c7946', model: 'B' },
    });
    expect(powerOn['timestamp']).toBeLessThan(1_400_000_000);
    expect(bridge.seen.ready).toBe(true);
  });

  it('sends a WebSocket pong that nobody asked for', async () => {
    const { peer } = await plugIn({ beepMs: 5 });
    await peer.seen.until(() => peer.seen.received.includes('pong:beep'), 'the beep');
  });

  it('logs the connects that failed before', async () => {
    const refused = { left: 2 };
    const server = await testServer({
      subprotocol: 'bergcloud-bridge-v1',
      refuse: () => (refused.left-- > 0 ? { status: 503, headers: [] } : undefined),
    });
    cleanups.push(server.close);
    const bridge = bergBridge({ url: server.url, identifier, printer, ...fast });
    cleanups.push(bridge.close);
    const log = await (await server.socket(0)).said({ type: 'BridgeLog' });
    expect(log['records']).toHaveLength(2);
  });
});

describe('its printer', () => {
  it('asks for its key, joins with it, is announced, and beats', async () => {
    const { peer, bridge } = await plugIn();
    await until(peer, 'encryption_key_required', 2);
    expect(bridge.isJoined()).toBe(false);
    peer.send(
      bridgeCommand(7, 'add_device_encryption_key', { device_address: printer, encryption_key: key }),
    );
    expect(await peer.said({ type: 'BridgeCommandResponse' })).toMatchObject({
      command_id: 7,
      return_code: 0,
    });
    await until(peer, 'device_connect');
    const order = heard(peer);
    expect(order[order.indexOf('device_connect') - 1]).toBe('DeviceEvent');
    await until(peer, 'DeviceEvent', 3);
    expect(bridge.isJoined()).toBe(true);
    expect(bridge.keys.get(printer)).toBe(key);
    expect(bridge.seen.violations).toEqual([]);
  });

  it('is announced again on a new socket, and asks again after the bridge restarted', async () => {
    const { server, peer, bridge } = await plugIn();
    peer.send(
      bridgeCommand(7, 'add_device_encryption_key', { device_address: printer, encryption_key: key }),
    );
    await until(peer, 'device_connect');
    peer.drop();
    const second = await server.socket(1);
    await until(second, 'device_connect');
    expect(heard(second)).not.toContain('encryption_key_required');
    bridge.restart();
    const third = await server.socket(2);
    await until(third, 'encryption_key_required');
    const uptime = (from: Peer) => /"uptime":"[^"]+"/.exec(from.seen.received.join())?.[0];
    expect(uptime(peer)).toBeDefined();
    expect(uptime(second)).toBe(uptime(peer));
    expect(uptime(third)).not.toBe(uptime(peer));
  });

  it('is missed when it is unplugged', async () => {
    const { peer, bridge } = await plugIn({ hasKey: true });
    await until(peer, 'device_connect');
    bridge.unplugPrinter();
    await until(peer, 'device_disconnect');
    expect(bridge.isJoined()).toBe(false);
  });
});

describe('a command', () => {
  it('to the printer is answered, and then printed', async () => {
    const { peer, bridge } = await plugIn({ hasKey: true, heartbeatMs: 60_000 });
    await until(peer, 'device_connect');
    peer.send(deviceCommand(102, 0x0001));
    const response = await peer.said({ type: 'DeviceCommandResponse' });
    expect(response).toMatchObject({ command_id: 102, return_code: 0, device_address: printer });
    await peer.said({ binary_payload: didPrintEvent(102) });
    const picture = { width: 384, height: 8, rows: new Uint8Array(48 * 8) };
    expect(bridge.printed).toEqual([{ code: 0x0001, fileId: 102, pictures: [picture] }]);
  });

  it('to be printed on the button waits for that, and is printed once', async () => {
    const { peer, bridge } = await plugIn({ hasKey: true, heartbeatMs: 60_000 });
    await until(peer, 'device_connect');
    peer.send(deviceCommand(103, 0x0002));
    await peer.said({ type: 'DeviceCommandResponse', command_id: 103, return_code: 0 });
    expect(bridge.printed).toEqual([]);
    bridge.pressButton();
    await peer.said({ binary_payload: didPrintEvent(103) });
    bridge.pressButton();
    await peer.said({ binary_payload: didPrintEvent(0, PrintType.nothingToPrint) });
    expect(bridge.printed).toHaveLength(1);
  });

  it('turns out as it was told to', async () => {
    const outcomes: readonly Outcome[] = [
      { loseAnswer: true },
      { returnCode: 2, printsAnyway: true },
      { returnCode: 48, delayMs: 5 },
    ];
    const outcome: OutcomeOf = (_, count) => outcomes[count - 1];
    const { peer, bridge } = await plugIn({ hasKey: true, outcome });
    await until(peer, 'device_connect');
    for (const id of [1, 2, 3, 4]) peer.send(deviceCommand(id, 1));
    await until(peer, 'DeviceCommandResponse', 3);
    await bridge.seen.until(() => bridge.printed.length === 3, 'the paper');
    const said = peer.seen.received.map(parseObject).filter(({ type }) => type === 'DeviceCommandResponse');
    expect(said.map(({ command_id, return_code }) => [command_id, return_code])).toEqual([
      [2, 2],
      [3, 48],
      [4, 0],
    ]);
    expect(bridge.printed.map(({ fileId }) => fileId)).toEqual([1, 2, 4]);
  });

  it('is lost when the process restarts under it', async () => {
    const { server, peer, bridge } = await plugIn({ hasKey: true, transferMs: 20 });
    await until(peer, 'device_connect');
    peer.send(deviceCommand(5, 1));
    await bridge.seen.until(() => bridge.seen.acks === 1, 'the command');
    bridge.restart();
    const next = await server.socket(1);
    await until(next, 'device_connect');
    next.send(deviceCommand(6, 1));
    await next.said({ type: 'DeviceCommandResponse', command_id: 6 });
    expect(next.seen.received.join()).not.toContain('"command_id":5');
  });

  it.each([
    ['for a stranger', deviceCommand(1, 1, '000d6f0000000000'), 1],
    ['of a wrong length', deviceCommand(2, 1, printer, 'x'), 128],
    ['of too few files', deviceCommand(3, 0x0102), 128],
    ['with file id 0', deviceCommand(0, 1), 144],
  ])('%s is refused', async (_, command, returnCode) => {
    const { peer } = await plugIn({ hasKey: true });
    await until(peer, 'device_connect');
    peer.send(command);
    expect(await peer.said({ type: 'DeviceCommandResponse' })).toMatchObject({ return_code: returnCode });
  });

  it('is answered on the next socket, before power_on, when the first one is lost', async () => {
    const { server, peer, bridge } = await plugIn({ hasKey: true, transferMs: 30 });
    await until(peer, 'device_connect');
    peer.send(deviceCommand(5, 0x0002));
    await bridge.seen.until(() => bridge.seen.acks === 1, 'the command');
    bridge.cut();
    const next = await server.socket(1);
    expect(await next.said({ type: 'DeviceCommandResponse' })).toMatchObject({
      command_id: 5,
      return_code: 0,
    });
  });

  it('beyond the ten that wait is refused at once', async () => {
    const { peer } = await plugIn({ hasKey: true, transferMs: 60_000 });
    await until(peer, 'device_connect');
    for (let id = 1; id <= 12; id += 1) peer.send(deviceCommand(id, 1));
    const response = await peer.said({ type: 'DeviceCommandResponse' });
    expect(response).toMatchObject({ command_id: 12, return_code: 0xe0 });
  });

  it.each([
    ['set_cloud_log_level', { level: 'debug' }, null],
    ['pjoin', {}, null],
    ['add_device_encryption_key', { device_address: printer, encryption_key: 'c2hvcnQ=' }, 255],
    ['make_tea', {}, 1],
  ])('%s to the bridge answers %j with %j', async (name, params, returnCode) => {
    const { peer } = await plugIn();
    await until(peer, 'power_on');
    peer.send(bridgeCommand(9, name, params));
    const response = await peer.said({ type: 'BridgeCommandResponse' });
    expect(response).toMatchObject({ command_id: 9, return_code: returnCode });
  });

  it('without params is noted as one that the firmware cannot answer', async () => {
    const { peer, bridge } = await plugIn();
    peer.send({
      type: 'BridgeCommand',
      bridge_address: identifier,
      command_id: 1,
      json_payload: { name: 'pjoin' },
    });
    await bridge.seen.until(() => bridge.seen.violations.length === 1, 'the violation');
  });
});
