// The TURN server of these tests relays for whoever has a credential of its secret, and for nobody else.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { eventually, type TestTurn, turnClient } from '@mooring/harness';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type TurnOrWhy, turnOrWhy } from './_turn.js';

let found: TurnOrWhy;
let turn: TestTurn;
beforeAll(async () => {
  found = await turnOrWhy();
});
beforeEach(({ skip }) => {
  if (found.turn === undefined) skip(found.why);
  else turn = found.turn;
});
afterAll(() => found?.turn?.stop());

/** Two allocations that send each other two messages, with a credential made from `secret`. */
function relay(secret: string, ...transport: readonly '-t'[]) {
  const options = [...transport, ...`-y -c -n 2 -m 1 -u viewer_1 -p ${turn.port}`.split(' ')];
  return spawnSync(turnClient(), [...options, '-W', secret, '127.0.0.1'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
}

it('relays between two that have credentials', async () => {
  const { status, stdout } = relay(turn.secret);
  expect(stdout).toMatch(/tot_send_msgs=4, tot_recv_msgs=4/);
  expect(status).toBe(0);
  await eventually(() => turn.log().includes('ALLOCATE processed, success'));
  expect(turn.log()).not.toContain('tcp or tls connected');
  expect(turn.url).toBe(`turn:127.0.0.1:${turn.port}?transport=udp`);
});

it('does so over TCP as well, for networks that let no UDP out', async () => {
  const { status, stdout } = relay(turn.secret, '-t');
  expect(stdout).toMatch(/tot_send_msgs=4, tot_recv_msgs=4/);
  expect(status).toBe(0);
  await eventually(() => turn.log().includes('tcp or tls connected to: 127.0.0.1:'));
});

it('refuses credentials of another secret', async () => {
  expect(relay('another secret').status).not.toBe(0);
  await eventually(() => /check_stun_auth: Cannot find credentials of user <\d+:viewer_1>/.test(turn.log()));
});

it('ends when it is stopped', async () => {
  expect(existsSync(`/proc/${turn.pid}`)).toBe(true);
  await turn.stop();
  expect(existsSync(`/proc/${turn.pid}`)).toBe(false);
});
