// The least that takes reports from sockets: uWebSockets.js, a guard by hand, a few milliseconds of readings a message.

import uWS from 'uWebSockets.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { PairOptions } from '../contestants/pair.js';
import { BatchWriter } from './batch.js';
import { listen } from './listen.js';

interface Plug {
  /** 0 before its hello. */
  number: number;
}
interface Message {
  readonly cmd?: unknown;
  readonly deviceId?: unknown;
  readonly consumptions?: unknown;
}
interface Entry {
  readonly interval?: unknown;
  readonly consumption?: unknown;
}

const FLUSH_MS = 4;
const MAX_BATCH = 1_000;

const { port, natsUrl }: PairOptions = JSON.parse(process.argv[2] ?? '{}');
const bus = jetstream(await connect({ servers: natsUrl }));
const batch = new BatchWriter(MAX_BATCH);
const utf8 = new TextDecoder();

function flush(): void {
  if (batch.count === 0) return;
  bus.publish('reading', batch.take(), { timeout: 30_000 }).catch((error: unknown) => {
    process.stderr.write(`bare: a batch was not published: ${error}\n`);
  });
}

function receive(plug: Plug, data: ArrayBuffer): void {
  const message = JSON.parse(utf8.decode(data)) as Message;
  if (message.cmd === 'report') report(plug, message.consumptions);
  else if (message.cmd === 'hello' && typeof message.deviceId === 'string')
    plug.number = Number(message.deviceId);
}

function report(plug: Plug, entries: unknown): void {
  if (plug.number === 0 || !Array.isArray(entries)) return;
  for (const { interval, consumption } of entries as readonly Entry[]) {
    if (typeof interval !== 'number' || !(interval > 0)) continue;
    if (typeof consumption !== 'number' || !(consumption >= 0)) continue;
    batch.add(plug.number, Date.now(), consumption);
    if (batch.count === MAX_BATCH) flush();
  }
}

const app = uWS.App().ws<Plug>('/socket', {
  idleTimeout: 120,
  upgrade: (response, request, context) =>
    response.upgrade({ number: 0 }, request.getHeader('sec-websocket-key'), '', '', context),
  message: (socket, data) => receive(socket.getUserData(), data),
});
listen(app, port);
process.once('disconnect', () => process.kill(process.pid));
for (;;) {
  await sleep(FLUSH_MS);
  flush();
}
