// Plugs of both versions against a server that says what the test tells it to, and against the vectors' exact texts.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { testServer } from '../_server.js';
import { type KinetidPlugOptions, kinetidPlug } from './plug.js';

interface Vector {
  readonly kind: string;
  readonly name: string;
  readonly input: { readonly text: string };
}
const file = new URL('../../../vectors/kinetid.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };
const textOf = (name: string) => vectors.find((vector) => vector.name === name)?.input.text;

const identifier = '39628657580236';
const passive = '39628657580300';
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
async function plugIn(options: Partial<KinetidPlugOptions> = {}) {
  const server = await testServer();
  cleanups.push(server.close);
  const plug = kinetidPlug({ url: server.url, identifier, heartbeatMs: 60_000, retryMs: 1, ...options });
  cleanups.push(plug.close);
  await plug.seen.until(() => plug.seen.connected, 'the connection');
  return { server, plug, peer: await server.socket(0) };
}

describe('a bare plug', () => {
  it('says exactly what the seed shows', async () => {
    const { peer, plug } = await plugIn({ heartbeatMs: 5, watts: () => 42 });
    await peer.said({ cmd: 'hb' });
    plug.report();
    await peer.said({ cmd: 'report' });
    expect(peer.request.url).toBe('/socket');
    expect(peer.request.headers['sec-websocket-protocol']).toBeUndefined();
    expect(peer.seen.received[0]).toBe(textOf('client message hello'));
    expect(peer.seen.received).toContain(textOf('client message hb'));
    expect(peer.seen.received).toContain(textOf('client message report 42'));
  });

  it('obeys a switch, answers nothing, and shows it by reporting 0', async () => {
    const { peer, plug } = await plugIn({ watts: () => 42 });
    peer.send({ cmd: 'switch', deviceId: identifier, on: false, id: 'c-1' });
    await plug.seen.until(() => plug.seen.receivedCount === 1, 'the switch');
    expect(plug.isOn()).toBe(false);
    plug.report();
    const report = await peer.said({ cmd: 'report' });
    expect(report['consumptions']).toEqual([{ interval: 60, consumption: 0 }]);
    expect(peer.seen.received.filter((text) => text.includes('ack'))).toEqual([]);
    expect(plug.seen.violations).toEqual([]);
  });

  it('notes it when it is sent anything else', async () => {
    const { peer, plug } = await plugIn();
    peer.send({ cmd: 'hello', deviceId: identifier, ok: true });
    await plug.seen.until(() => plug.seen.violations.length === 1, 'the violation');
  });

  it('loses what it could not report, and reconnects', async () => {
    const { server, peer, plug } = await plugIn({ retryMs: 50 });
    peer.drop();
    await plug.seen.until(() => !plug.seen.connected, 'the loss');
    plug.report();
    plug.report();
    const next = await server.socket(1);
    await plug.seen.until(() => plug.seen.connected, 'the reconnect');
    plug.report();
    expect((await next.said({ cmd: 'report' }))['consumptions']).toHaveLength(1);
  });
});

describe('a v2 plug', () => {
  const v2 = { version: 2, boot: 'b7', passives: [{ identifier: passive, watts: () => 7 }] } as const;

  it('announces itself and its passive one, and is ready when answered', async () => {
    const { peer, plug } = await plugIn({ ...v2, token: 't' });
    const hello = await peer.said({ cmd: 'hello', deviceId: identifier });
    expect(hello).toEqual({
      cmd: 'hello',
      deviceId: identifier,
      v: 2,
      on: true,
      fw: '1.0.3',
      boot: 'b7',
      token: 't',
    });
    expect('token' in (await peer.said({ cmd: 'hello', deviceId: passive }))).toBe(false);
    expect(plug.seen.ready).toBe(false);
    peer.send({ cmd: 'hello', deviceId: identifier, ok: true, time: 1735734000, hb: 4, report: 60 });
    await plug.seen.until(() => plug.seen.ready, 'ready');
    expect(plug.seen.acks).toBe(1);
  });

  it('acknowledges a switch of itself, of the passive one, and refuses one of a stranger', async () => {
    const { peer, plug } = await plugIn(v2);
    peer.send({ cmd: 'switch', deviceId: passive, on: false, id: 'c-1' });
    expect(await peer.said({ cmd: 'ack', id: 'c-1' })).toMatchObject({ deviceId: passive, on: false });
    expect([plug.isOn(), plug.isOn(passive)]).toEqual([true, false]);
    peer.send({ cmd: 'switch', deviceId: '1', on: false, id: 'c-2' });
    expect(await peer.said({ cmd: 'ack', id: 'c-2' })).toMatchObject({ error: 'unknown_device' });
  });

  it('keeps what it could not report, with one sequence number per report and a meter that only grows', async () => {
    const { server, peer, plug } = await plugIn({ ...v2, watts: () => 60, retryMs: 50 });
    plug.report();
    expect(await peer.said({ cmd: 'report', deviceId: identifier })).toMatchObject({
      seq: 1,
      on: true,
      consumptions: [{ interval: 60, consumption: 60, wh: 1 }],
    });
    peer.drop();
    await plug.seen.until(() => !plug.seen.connected, 'the loss');
    plug.report();
    const next = await server.socket(1);
    await plug.seen.until(() => plug.seen.connected, 'the reconnect');
    plug.report();
    const report = await next.said({ cmd: 'report', deviceId: identifier });
    expect(report).toMatchObject({ seq: 2, consumptions: [{ wh: 2 }, { wh: 3 }] });
  });

  it('tells when somebody presses its button', async () => {
    const { peer, plug } = await plugIn(v2);
    plug.press();
    expect(await peer.said({ cmd: 'state' })).toEqual({
      cmd: 'state',
      deviceId: identifier,
      on: false,
      by: 'button',
    });
  });
});
