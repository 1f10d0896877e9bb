// One command at a time over a bridge, whoever sends it; many at once over everything else.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { address, doing, type Fleet, type Session, startFleet, written } from './_commands.js';
import type { Replica } from './_registry.js';

let fleet: Fleet;
let other: Replica;

beforeAll(async () => {
  fleet = await startFleet();
  other = await fleet.startReplica();
});
afterAll(async () => {
  await other.stop();
  await fleet.stop();
});

async function household(printers: number) {
  const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
  const { id } = await fleet.enrol(bridge);
  const gateway = await fleet.connect(bridge);
  const sessions: Session[] = [];
  for (let count = 0; count < printers; count++) {
    const printer = { dialect: 'berg', identifier: address(), kind: 'printer' };
    await fleet.enrol(printer);
    sessions.push(await fleet.connect(printer, { connectionId: gateway.connectionId, gateway }));
  }
  return { id, gateway, sessions };
}

const given = ({ connectionId }: Session) =>
  fleet.deliveries.filter((each) => each.connectionId === connectionId).map(({ command }) => command.number);

/** Whether the registries have looked and found nothing to send: as of now all that is due is behind its lane. */
async function settled(): Promise<void> {
  const bystander = await fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
  const session = await fleet.connect(bystander);
  for (let round = 0; round < 2; round++) {
    await fleet.command(bystander.id, doing.switch(true));
    await fleet.delivery(session, round);
  }
}

it('a bridge and its printers take turns, in the order in which they were asked', async () => {
  const { id, gateway, sessions } = await household(2);
  const [one, two] = sessions;
  if (one === undefined || two === undefined) throw new Error('no printers');
  const asked = [
    await fleet.command(one.deviceId, doing.print()),
    await fleet.command(two.deviceId, doing.print()),
    await fleet.command(id, doing.bridge('pjoin')),
    await fleet.command(one.deviceId, doing.print()),
  ];
  const numbers = asked.map(({ number }) => number);
  const answered = ['acknowledged', 'failed', 'succeeded', 'acknowledged'];
  for (const [index, number] of numbers.entries()) {
    await eventually(() => given(gateway).length === index + 1);
    await settled();
    expect(given(gateway)).toEqual(numbers.slice(0, index + 1));
    await fleet.answer(gateway, number, { outcome: answered[index] ?? '', code: 'busy', retry: 'never' });
  }
  await fleet.reaches(asked[3]?.id ?? '', 'acknowledged');
});

it('a key goes before everything that waits', async () => {
  const { id, gateway, sessions } = await household(1);
  const [printer] = sessions;
  if (printer === undefined) throw new Error('no printer');
  const first = await fleet.command(printer.deviceId, doing.print());
  await fleet.delivery(printer);
  const second = await fleet.command(printer.deviceId, doing.print());
  const key = await fleet.command(id, doing.bridge('add_device_encryption_key'));
  await settled();
  await fleet.answer(gateway, first.number, { outcome: 'acknowledged' });
  await eventually(() => given(gateway).length === 2);
  await fleet.answer(gateway, key.number, { outcome: 'succeeded' });
  await eventually(() => given(gateway).length === 3);
  expect(given(gateway)).toEqual([first.number, key.number, second.number]);
});

it('a lane whose answer does not come is free again after its deadline', async () => {
  const { gateway, sessions } = await household(1);
  const [printer] = sessions;
  if (printer === undefined) throw new Error('no printer');
  fleet.replyWith(written({ answerWithinMs: 500 }));
  const first = await fleet.command(printer.deviceId, doing.print());
  const second = await fleet.command(printer.deviceId, doing.print());
  await fleet.reaches(first.id, 'unconfirmed');
  await fleet.delivery(printer, 1);
  fleet.replyWith(written());
  expect(given(gateway)).toEqual([first.number, second.number]);
});

it('two registries never have two commands of one bridge on their way', async () => {
  const households = [await household(2), await household(2), await household(2)];
  let most = 0;
  const open = new Map<string, number>();
  fleet.replyWith(({ connectionId }) => {
    const now = (open.get(connectionId) ?? 0) + 1;
    open.set(connectionId, now);
    most = Math.max(most, now);
    return written();
  });
  const asked: { id: string; number: number; gateway: Session }[] = [];
  for (let round = 0; round < 5; round++) {
    for (const { gateway, sessions } of households) {
      for (const { deviceId } of sessions) {
        const { id, number } = await fleet.command(deviceId, doing.print());
        asked.push({ id, number, gateway });
      }
    }
  }
  const answered = new Set<number>();
  await eventually(
    async () => {
      for (const { command, connectionId } of [...fleet.deliveries]) {
        const mine = asked.find(({ number }) => number === command.number);
        if (mine === undefined || answered.has(command.number)) continue;
        answered.add(command.number);
        open.set(connectionId, (open.get(connectionId) ?? 0) - 1);
        await fleet.answer(mine.gateway, command.number, { outcome: 'acknowledged' });
      }
      return answered.size === asked.length;
    },
    { withinMs: 25_000 },
  );
  fleet.replyWith(written());
  expect(most).toBe(1);
  for (const { id } of asked) await fleet.reaches(id, 'acknowledged');
  for (const { number } of asked) {
    expect(fleet.deliveries.filter(({ command }) => command.number === number)).toHaveLength(1);
  }
});

it('sixteen commands at most await an answer of any other device', async () => {
  const device = await fleet.enrol({ dialect: 'nerveshub', identifier: randomUUID() });
  const session = await fleet.connect(device);
  const asked = [];
  for (let count = 0; count < 18; count++)
    asked.push(await fleet.command(device.id, doing.nudge('identify')));
  await eventually(() => given(session).length === 16);
  await settled();
  expect(given(session)).toHaveLength(16);
  await fleet.answer(session, asked[3]?.number ?? 0, { outcome: 'succeeded' });
  await eventually(() => given(session).length === 17);
});
