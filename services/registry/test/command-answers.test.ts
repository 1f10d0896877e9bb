// Answers as they come: late, two times, from another node, for another device, or saying that it did not work.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { address, doing, type Fleet, type Session, startFleet, written } from './_commands.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());
afterEach(() => fleet.replyWith(written()));

async function household() {
  const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
  const { id } = await fleet.enrol(bridge);
  const gateway = await fleet.connect(bridge);
  const printer = { dialect: 'berg', identifier: address(), kind: 'printer' };
  await fleet.enrol(printer);
  const session = await fleet.connect(printer, { connectionId: gateway.connectionId, gateway });
  return { id, bridge, gateway, printer, session };
}

/** A command that its device was given. */
async function sent(session: Session, asked: Parameters<Fleet['command']>[1] = doing.print()) {
  const before = fleet.deliveriesOf(session).length;
  const command = await fleet.command(session.deviceId, asked);
  await fleet.delivery(session, before);
  return command;
}

const timeline = async (id: string) =>
  (await fleet.get(id)).timeline.map(({ state, detail }) => (detail === '' ? state : `${state}: ${detail}`));

describe('an answer', () => {
  it('may come from the bridge or the printer, at any node, in any order', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    await fleet.answer(session, number, { outcome: 'succeeded' }, 'edge-2');
    await fleet.reaches(id, 'succeeded');
    await fleet.answer(gateway, number, { outcome: 'acknowledged' });
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent', 'succeeded']);
  });

  it('of a stranger, or to a number that nobody has, changes nothing', async () => {
    const { session } = await household();
    const stranger = await household();
    const { id, number } = await sent(session);
    await fleet.answer(stranger.gateway, number, { outcome: 'succeeded' });
    await fleet.answer(stranger.session, number, { outcome: 'succeeded' });
    await fleet.answer(session, 0, { outcome: 'succeeded' });
    await fleet.answer(session, 4_294_967_295, { outcome: 'succeeded' });
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent']);
  });

  it('that the bus brings again is not applied again', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    const busy = await fleet.answer(gateway, number, { outcome: 'failed', code: 'busy', retry: 'once' });
    await fleet.delivery(session, 1);
    await fleet.again(busy);
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent', 'queued: busy, again at once', 'sent']);
    expect(fleet.deliveriesOf(session).map(({ command }) => command.repeat)).toEqual([0, 1]);
  });

  it('that is late still says what became of the command', async () => {
    const { gateway, session } = await household();
    fleet.replyWith(written({ answerWithinMs: 1 }));
    const { id, number } = await sent(session);
    await fleet.reaches(id, 'unconfirmed');
    await fleet.answer(gateway, number, { outcome: 'acknowledged' });
    await fleet.reaches(id, 'acknowledged');
    await fleet.answer(session, number, { outcome: 'succeeded' });
    await fleet.reaches(id, 'succeeded');
    expect(await timeline(id)).toEqual([
      ...['queued', 'sent', 'unconfirmed: no answer in time'],
      ...['acknowledged: late answer', 'succeeded'],
    ]);
  });

  it('to one that has expired is kept in its timeline', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    await fleet.answer(gateway, number, { outcome: 'failed', code: 'busy', retry: 'rejoin' });
    await fleet.reaches(id, 'queued');
    await fleet.query('UPDATE command SET expires_at = now() WHERE id = $1::uuid', [id]);
    await fleet.reaches(id, 'expired');
    await fleet.answer(session, number, { outcome: 'succeeded' });
    await eventually(async () => (await timeline(id)).at(-1) === 'expired: late answer: succeeded');
  });

  it('that is evidence says which', async () => {
    const device = await fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
    const session = await fleet.connect(device);
    fleet.replyWith(written({ answerWithinMs: 1 }));
    const { id, number } = await sent(session, doing.switch(true));
    await fleet.reaches(id, 'unconfirmed');
    const resultJson = JSON.stringify({ on: true, evidence: 'report' });
    await fleet.answer(session, number, { outcome: 'succeeded', resultJson });
    await fleet.reaches(id, 'succeeded');
    expect((await timeline(id)).at(-1)).toBe('succeeded: seen in what it says: report');
  });
});

describe('a failure', () => {
  it('that is for good ends the command', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    const said = { outcome: 'failed', code: 'invalid_size', retry: 'never', message: 'too big' };
    await fleet.answer(gateway, number, said);
    const failed = await fleet.reaches(id, 'failed');
    expect([failed.code, (await timeline(id)).at(-1)]).toEqual(['invalid_size', 'failed: too big']);
  });

  it('is retried once, and then it is one', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    for (const index of [1, 2]) {
      await fleet.answer(gateway, number, { outcome: 'failed', code: 'filesystem_error', retry: 'once' });
      if (index === 1) await fleet.delivery(session, index);
    }
    expect((await fleet.reaches(id, 'failed')).code).toBe('filesystem_error');
  });

  it('is retried with back-off', async () => {
    const { gateway, session } = await household();
    const { id, number } = await sent(session);
    await fleet.answer(gateway, number, { outcome: 'failed', code: 'busy', retry: 'later' });
    const { timeline: steps } = await fleet.reaches(id, 'queued');
    expect(steps.at(-1)?.detail).toMatch(/^busy, again in 2 s$/);
    const again = await fleet.delivery(session, 1);
    expect(again.command).toMatchObject({ number, repeat: 1 });
    const at = (await fleet.get(id)).timeline.map(({ atMs }) => atMs);
    expect((at[3] ?? 0) - (at[2] ?? 0)).toBeGreaterThan(1_500);
  });

  it('to find the printer waits until it is back', async () => {
    const { gateway, session, printer } = await household();
    const { id, number } = await sent(session);
    await fleet.answer(gateway, number, { outcome: 'failed', code: 'eui64_not_found', retry: 'rejoin' });
    await fleet.reaches(id, 'queued');
    expect((await timeline(id)).at(-1)).toBe('queued: eui64_not_found, again when it joins');
    const where = { connectionId: gateway.connectionId, gateway };
    const back = await fleet.connect(printer, where);
    const again = await fleet.delivery(session, 1);
    expect(again).toMatchObject({ epoch: back.epoch, command: { number, repeat: 1 } });
  });
});

describe('a bridge that says hello', () => {
  it('after a restart is given what it has forgotten, once', async () => {
    const { gateway, session, bridge, printer } = await household();
    await fleet.hello(gateway, 'up since Monday');
    await fleet.caughtUp();
    const { id, number } = await sent(session);
    const next = await fleet.connect(bridge);
    const joined = await fleet.connect(printer, { connectionId: next.connectionId, gateway: next });
    await fleet.hello(next, 'up since Tuesday', true);
    const again = await fleet.delivery(session, 1);
    expect(again).toMatchObject({ epoch: joined.epoch, command: { number, repeat: 1 } });
    expect(await timeline(id)).toEqual([
      ...['queued', 'sent', 'queued: the bridge started anew; it is sent again', 'sent'],
    ]);

    const third = await fleet.connect(bridge);
    await fleet.hello(third, 'up since Wednesday', true);
    await fleet.caughtUp();
    expect(await timeline(id)).toHaveLength(4);
  });

  it('after the restart that it was told to make has done that', async () => {
    const { gateway, bridge } = await household();
    await fleet.hello(gateway, 'up since Monday');
    await fleet.caughtUp();
    const { id } = await sent(gateway, doing.bridge('restart'));
    const next = await fleet.connect(bridge);
    await fleet.hello(next, 'up since Tuesday', true);
    await fleet.reaches(id, 'succeeded');
    expect(await timeline(id)).toEqual(['queued', 'sent', 'succeeded: the bridge started anew']);
    expect(fleet.deliveriesOf(gateway)).toHaveLength(1);
  });

  it('that goes on, or does not say, keeps what it was given', async () => {
    const { gateway, session, bridge, printer } = await household();
    await fleet.hello(gateway, 'up since Monday');
    await fleet.caughtUp();
    const { id } = await sent(session);
    for (const instance of ['up since Monday', '']) {
      const next = await fleet.connect(bridge);
      await fleet.connect(printer, { connectionId: next.connectionId, gateway: next });
      await fleet.hello(next, instance);
      await fleet.caughtUp();
    }
    expect(await timeline(id)).toEqual(['queued', 'sent']);
  });

  it('late keeps what it was given on the same connection before', async () => {
    const { gateway, session, bridge, printer } = await household();
    await fleet.hello(gateway, 'up since Monday');
    await fleet.caughtUp();
    const next = await fleet.connect(bridge);
    await fleet.connect(printer, { connectionId: next.connectionId, gateway: next });
    const { id, number } = await sent(session);
    await fleet.hello(next, 'up since Tuesday', true);
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent']);

    // From then on it is known which start of the bridge has it.
    const third = await fleet.connect(bridge);
    await fleet.connect(printer, { connectionId: third.connectionId, gateway: third });
    await fleet.hello(third, 'up since Wednesday', true);
    const again = await fleet.delivery(session, 1);
    expect(again.command).toMatchObject({ number, repeat: 1 });
  });

  it('leaves what was given to a start of it that nobody knows', async () => {
    const { gateway, session, bridge, printer } = await household();
    await fleet.hello(gateway, 'up since Monday');
    await fleet.caughtUp();
    const next = await fleet.connect(bridge);
    await fleet.connect(printer, { connectionId: next.connectionId, gateway: next });
    const { id } = await sent(session);
    const third = await fleet.connect(bridge);
    await fleet.connect(printer, { connectionId: third.connectionId, gateway: third });
    await fleet.hello(third, 'up since Tuesday', true);
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent']);
  });

  it('is not heard again, nor after a newer one', async () => {
    const { gateway, session, bridge, printer } = await household();
    const first = await fleet.hello(gateway, 'up since Monday');
    const next = await fleet.connect(bridge);
    await fleet.connect(printer, { connectionId: next.connectionId, gateway: next });
    await fleet.hello(next, 'up since Tuesday', true);
    await fleet.caughtUp();
    const { id } = await sent(session);
    await fleet.again(first);
    await fleet.caughtUp();
    expect(await timeline(id)).toEqual(['queued', 'sent']);
  });
});
