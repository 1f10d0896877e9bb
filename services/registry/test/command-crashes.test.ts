// What a registry that ends leaves of commands is taken up by the next one, and nothing is done twice that need not be.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { address, doing, type Fleet, gone, type Session, startFleet, written } from './_commands.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());
afterEach(() => fleet.replyWith(written()));

const states = async (id: string) => (await fleet.get(id)).timeline.map(({ state }) => state);

async function printer() {
  const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
  await fleet.enrol(bridge);
  const gateway = await fleet.connect(bridge);
  const { id, identifier } = await fleet.enrol({ dialect: 'berg', identifier: address(), kind: 'printer' });
  const session = await fleet.connect({ dialect: 'berg', identifier }, { ...gateway, gateway });
  return { id, gateway, session, identifier };
}

/** What is marked as sent, and of which the edge has said nothing, is overdue at once. */
async function hurry(id: string): Promise<void> {
  await fleet.query('UPDATE command SET answer_by = now() WHERE id = $1::uuid AND NOT written', [id]);
}

/** A command that its edge has and says nothing of. */
async function swallowed(session: Session, id: string): Promise<string> {
  fleet.replyWith('silent');
  const { id: command } = await fleet.command(id, doing.print());
  await fleet.delivery(session);
  return command;
}

describe('a reply that is lost', () => {
  it('is asked for again, for the same number and repeat, by whichever registry there is', async () => {
    const { id, session } = await printer();
    const replica = await fleet.startReplica();
    const command = await swallowed(session, id);
    await replica.stop();
    fleet.replyWith(written());
    await hurry(command);
    const again = await fleet.delivery(session, 1);
    const first = await fleet.delivery(session);
    expect({ ...again, command: again.command.number }).toEqual({ ...first, command: first.command.number });
    expect([first.command.repeat, again.command.repeat]).toEqual([0, 0]);
    await eventually(async () => (await writtenOf(command)) === true);
    expect(await states(command)).toEqual(['queued', 'sent']);
  });

  it('of a session that is gone leaves what must not happen twice to its deadline', async () => {
    const { id, session, gateway, identifier } = await printer();
    const command = await swallowed(session, id);
    const next = await fleet.connect({ dialect: 'berg', identifier }, { gateway });
    fleet.replyWith(({ connectionId }) => (connectionId === session.connectionId ? gone : written()));
    await hurry(command);
    await fleet.delivery(session, 1);
    await eventually(async () => (await states(command)).length === 3);
    expect(await states(command)).toEqual(['queued', 'sent', 'sent']);
    await fleet.query('UPDATE command SET answer_by = now() WHERE id = $1::uuid', [command]);
    await fleet.reaches(command, 'unconfirmed');
    expect(fleet.deliveries.filter(({ connectionId }) => connectionId === next.connectionId)).toEqual([]);
  });

  it('of a session that is gone is no reason not to do again what may be done twice', async () => {
    const device = await fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
    const session = await fleet.connect(device);
    fleet.replyWith('silent');
    const command = await fleet.command(device.id, doing.switch(true));
    await fleet.delivery(session);
    const next = await fleet.connect(device, { node: 'edge-2' });
    fleet.replyWith(({ connectionId }) => (connectionId === next.connectionId ? written() : gone));
    await hurry(command.id);
    const there = await eventually(() =>
      fleet.deliveries.find(({ connectionId }) => connectionId === next.connectionId),
    );
    expect(there.command).toMatchObject({ number: command.number, repeat: 0 });
    expect(await states(command.id)).toEqual(['queued', 'sent', 'queued', 'sent']);
  });
});

async function writtenOf(id: string): Promise<boolean | undefined> {
  return (await fleet.query<{ written: boolean }>('SELECT written FROM command WHERE id = $1::uuid', [id]))[0]
    ?.written;
}

it('a registry that is stopped while it sends leaves the command to the next one', async () => {
  const alone = await startFleet();
  try {
    const device = await alone.enrol({ dialect: 'kinetid', identifier: randomUUID() });
    const session = await alone.connect(device);
    alone.replyWith('silent');
    const { id, number } = await alone.command(device.id, doing.switch(true));
    await alone.delivery(session);
    await alone.stopReplica();
    alone.replyWith(written());
    const after = await alone.startReplica();
    const again = await alone.delivery(session, 1);
    expect(again.command).toMatchObject({ number, repeat: 0 });
    const { principal } = alone.owner;
    await eventually(async () => {
      const { command } = await after.commands.getCommand({ principal, id });
      return command?.timeline.length === 2 && command.state === 'sent';
    });
    await after.stop();
  } finally {
    await alone.stop();
  }
});

it('a command is written again under its number while its answer does not come, and is then unconfirmed', async () => {
  const device = await fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
  const session = await fleet.connect(device);
  fleet.replyWith(written({ answerWithinMs: 50, repeatable: true, retries: 1 }));
  const { id, number } = await fleet.command(device.id, doing.switch(true));
  const { timeline } = await fleet.reaches(id, 'unconfirmed');
  expect(timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'sent', 'unconfirmed']);
  const given = fleet.deliveriesOf(session).map(({ command }) => [command.number, command.repeat]);
  expect(given).toEqual([
    [number, 0],
    [number, 1],
  ]);
});

it('a command waits for its answer as long as whoever asked says', async () => {
  const device = await fleet.enrol({ dialect: 'kinetid', identifier: randomUUID() });
  await fleet.connect(device);
  fleet.replyWith(written({ answerWithinMs: 60_000 }));
  const { id } = await fleet.command(device.id, { ...doing.switch(true), timeoutS: 1 });
  await fleet.reaches(id, 'unconfirmed', 5_000);
});
