// Commands over a real NATS: from the request on the node's subject to the socket, and the answer to the control stream.
import { eventually } from '@mooring/harness';
import type { bus } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdge, type TestEdge } from './_edge.js';
import { Socket } from './_socket.js';

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

type Action = NonNullable<bus.Command['action']>;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const off: Action = { $case: 'switch', value: { on: false } };
const reboot: Action = { $case: 'nudge', value: { name: 'reboot' } };

function command(identifier: string, number: number, action: Action, repeat = 0): Promise<bus.DeliveryReply> {
  const value = { number, traceparent, repeat, action };
  return edge.request(identifier, edge.registry.epoch(identifier), { $case: 'command', value });
}
const written = (answerWithinMs: number, repeatable: boolean, retries: number) => ({
  delivered: true,
  taken: { outcome: { $case: 'written', value: { answerWithinMs, repeatable, retries } } },
});
const refused = (code: string) => ({
  delivered: true,
  taken: { outcome: { $case: 'refused', value: { code } } },
});
const controlsOf = (identifier: string) =>
  edge.controls.flatMap((control) => (control.identifier === identifier ? [control.content] : []));

async function plug(deviceId: string): Promise<Socket> {
  const socket = await Socket.open(`${edge.url}/socket`);
  socket.send({ cmd: 'hello', deviceId, v: 2, boot: 'b7' });
  await socket.message('"ok":true');
  return socket;
}

describe('a plug', () => {
  const deviceId = '39628657580236';

  it('gets a switch once per repeat, and its hello and its acks come out in order', async () => {
    const socket = await plug(deviceId);
    const reply = written(5_000, true, 1);
    expect(await command(deviceId, 41, off)).toEqual(reply);
    expect(await command(deviceId, 41, off)).toEqual(reply);
    expect(await command(deviceId, 41, off, 1)).toEqual(reply);
    expect(await command(deviceId, 42, off)).toEqual(reply);
    await socket.message('c-42');
    const switches = socket.received.filter((text) => text.includes('switch'));
    const text = (id: string) => `{"cmd":"switch","deviceId":"${deviceId}","on":false,"id":"${id}"}`;
    expect(switches).toEqual([text('c-41'), text('c-41'), text('c-42')]);

    socket.send({ cmd: 'ack', deviceId, id: 'c-41', on: false });
    socket.send({ cmd: 'ack', deviceId, id: 'c-42', error: 'plc_timeout' });
    await eventually(() => controlsOf(deviceId).length === 3);
    expect(controlsOf(deviceId)).toMatchObject([
      { $case: 'arrival', value: { instance: 'b7', started: true } },
      { $case: 'answer', value: { number: 41, outcome: 'succeeded', resultJson: '{"on":false}' } },
      { $case: 'answer', value: { number: 42, outcome: 'failed', code: 'plc_timeout', retry: 'never' } },
    ]);
    socket.end();
  });

  it('gets nothing that it cannot understand', async () => {
    const socket = await plug('39628657580300');
    expect(await command('39628657580300', 1, reboot)).toMatchObject(refused('unsupported'));
    const empty: Action = { $case: 'raw', value: {} };
    expect(await command('39628657580300', 2, empty)).toMatchObject(refused('invalid'));
    expect(socket.received).toHaveLength(1);
    socket.end();
  });

  it('that is gone, or here under another epoch, gets nothing', async () => {
    const socket = await plug('39628657580400');
    const value = { number: 1, traceparent, repeat: 0, action: off };
    expect(await edge.request('39628657580400', 9n, { $case: 'command', value })).toEqual({
      delivered: false,
    });
    socket.end();
    const own = edge.registry.number('39628657580400');
    await eventually(() => edge.registry.disconnected.some(({ deviceNumber }) => deviceNumber === own));
    expect(await command('39628657580400', 2, off)).toEqual({ delivered: false });
    expect(socket.received).toHaveLength(1);
  });
});

describe('a Nerves device', () => {
  it('is told to reboot once it has joined its channel', async () => {
    const socket = await Socket.open(`${edge.url}/socket/websocket?vsn=2.0.0&identifier=nerves-1`);
    socket.send('["1","1","console","phx_join",{}]');
    await socket.message('phx_reply');
    expect(await command('nerves-1', 1, reboot)).toMatchObject(refused('not_joined'));
    socket.send('["2","2","device","phx_join",{}]');
    await socket.message('"2","2","device"');
    expect(await command('nerves-1', 1, reboot)).toEqual(written(0, false, 0));
    expect(await socket.message('reboot')).toBe('[null,null,"device","reboot",{}]');
    socket.end();
  });
});

describe('a camera', () => {
  it('gets a raw frame as it stands', async () => {
    const socket = await Socket.open(`${edge.url}/ws/device`);
    socket.send({ type: 'hello', ts: '2025-01-01T12:34:56.789Z', payload: { device_id: 'cam-1' } });
    await socket.message('hello_ack');
    const raw: Action = { $case: 'raw', value: { frame: { $case: 'text', value: '{"type": "x"}' } } };
    expect(await command('cam-1', 7, raw)).toEqual(written(0, false, 0));
    expect(await socket.message('"x"')).toBe('{"type": "x"}');
    socket.end();
  });
});
