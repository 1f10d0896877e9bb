// Bodies that come too slowly are cut off, after as long as their route allows.
import { connect } from 'node:net';
import { eventually } from '@mooring/harness';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Server } from '../src/http/server.js';
import { endSlowBodies } from '../src/http/slow-bodies.js';

const server = fastify() as unknown as Server;
let port: number;

beforeAll(async () => {
  endSlowBodies(server);
  server.post('/brief', { config: { bodyWithinMs: 200 } }, async () => 'done');
  server.post('/patient', { config: { bodyWithinMs: 60_000 } }, async () => 'done');
  server.get('/', async () => 'done');
  port = Number(new URL(await server.listen({ port: 0, host: '127.0.0.1' })).port);
});
afterAll(() => server.close());

/** Says ten bytes of JSON and sends two; then, when told to, the rest. */
function slow(path: string) {
  const socket = connect(port, '127.0.0.1');
  const seen = { text: '', closed: false };
  socket.on('data', (data) => {
    seen.text += String(data);
  });
  socket.on('close', () => {
    seen.closed = true;
  });
  socket.on('error', () => undefined);
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"`,
  );
  return { seen, finish: () => socket.write('a": 123}'), end: () => socket.destroy() };
}

it('cuts off a body that is late, and no other', async () => {
  const [brief, patient] = [slow('/brief'), slow('/patient')];
  await eventually(() => brief.seen.closed);
  expect([brief.seen.text, patient.seen.closed]).toEqual(['', false]);
  patient.finish();
  await eventually(() => patient.seen.text.includes('done'));
  patient.end();
});

it('lets go of a body that is there in time', async () => {
  const post = () => fetch(`http://127.0.0.1:${port}/brief`, { method: 'POST', body: '{}', headers });
  const headers = { 'content-type': 'application/json' };
  expect((await post()).status).toBe(200);
  const late = slow('/brief');
  await eventually(() => late.seen.closed);
  // The first connection is kept, beyond the time that its body had.
  expect((await post()).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
});
