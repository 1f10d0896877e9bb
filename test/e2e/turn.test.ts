// The TURN server relays for whoever has a credential of its secret, and for nobody else.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { eventually, type TestTurn, testTurn, turnClient } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';

let turn: TestTurn;
beforeAll(async () => {
  turn = await testTurn();
});
afterAll(() => turn?.stop());

/** Two allocations that send each other two messages, with a credential made from `secret`. */
function relay(secret: string) {
  const args = [
    '-y',
    '-c',
    '-n',
    '2',
    '-m',
    '1',
    '-u',
    'viewer_1',
    '-W',
    secret,
    '-p',
    String(turn.port),
    '127.0.0.1',
  ];
  return spawnSync(turnClient(), args, { encoding: 'utf8', timeout: 20_000 });
}

it('relays between two that have credentials', async () => {
  const { status, stdout } = relay(turn.secret);
  expect(stdout).toMatch(/tot_send_msgs=4, tot_recv_msgs=4/);
  expect(status).toBe(0);
  await eventually(() => turn.log().includes('ALLOCATE processed, success'));
  expect(turn.url).toBe(`turn:127.0.0.1:${turn.port}?transport=udp`);
});

it('refuses credentials of another secret', async () => {
  expect(relay('another secret').status).not.toBe(0);
  await eventually(() => /check_stun_auth: Cannot find credentials of user <\d+:viewer_1>/.test(turn.log()));
});

it('ends when it is stopped', async () => {
  const own = await testTurn();
  expect(existsSync(`/proc/${own.pid}`)).toBe(true);
  await own.stop();
  expect(existsSync(`/proc/${own.pid}`)).toBe(false);
});
