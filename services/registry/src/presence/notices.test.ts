// A replaced session is told once more when its edge has not read its admission yet, and never without end.
import type { bus as messages } from '@mooring/proto';
import { type Bus, Fault } from '@mooring/runtime';
import { expect, it } from 'vitest';
import { notices } from './notices.js';

const session = { node: 'edge-1', connectionId: 'c', deviceNumber: 7n, epoch: 3n };

/** Runs the notices against an edge that answers in this order, and stays silent afterwards. */
async function told(answers: readonly (boolean | Fault)[], enough: number): Promise<number> {
  const left = [...answers];
  let requests = 0;
  const request = async (): Promise<messages.DeliveryReply> => {
    requests += 1;
    const answer = left.shift() ?? new Fault('unavailable', 'nobody listens');
    if (answer instanceof Fault) throw answer;
    return { delivered: answer };
  };
  const sending = notices({ request } as Pick<Bus, 'request'>);
  const stop = new AbortController();
  const running = sending.runnable.run({ signal: stop.signal, ready: () => undefined });
  sending.superseded(session);
  await expect.poll(() => requests).toBe(enough);
  stop.abort();
  await running;
  return left.length;
}

it('asks again when the edge does not know the session yet', async () => {
  expect(await told([false, true], 2)).toBe(0);
});

it('asks once when it was delivered, or when there is no edge', async () => {
  expect(await told([true], 1)).toBe(0);
  expect(await told([new Fault('unavailable', 'gone')], 1)).toBe(0);
});
