// Commands for plugs: what is written, how long an answer may take, and what is taken for one.
import { describe, expect, it } from 'vitest';
import { counts, deviceNamed, drive, emitted, sent, takenOf, vectorsOf } from '../_drive.js';
import type { CommandAction, Effect } from '../dialect.js';
import { kinetid } from './kinetid.js';

const now = 1_735_734_000_000;
const deviceId = '39628657580236';
const plug = deviceNamed(deviceId);
const passive = { ...deviceNamed('39628657580300'), id: 'dev-passive' };
const off: CommandAction = { kind: 'switch', on: false };
const on: CommandAction = { kind: 'switch', on: true };
const report = (consumption: unknown, more = {}) => ({
  cmd: 'report',
  deviceId,
  consumptions: [
    { interval: 60, consumption: 99 },
    { interval: 60, consumption },
  ],
  ...more,
});

function ready(hello = {}) {
  const session = drive(kinetid, now);
  session.text({ cmd: 'hello', deviceId, ...hello });
  session.admit('active', plug);
  session.text({ cmd: 'hb', deviceId: passive.identifier });
  session.admit(`passive:${passive.identifier}`, passive);
  return session;
}
const controls = (effects: readonly Effect[]) =>
  emitted(effects, 'control').map(({ device, content }) => [device.identifier, content]);

describe('switch', () => {
  it.each(
    vectorsOf('kinetid', 'extension_message').filter(
      ({ input }) => (input['message'] as { cmd: string }).cmd === 'switch',
    ),
  )('is written as in the vector $name', ({ input }) => {
    const effects = ready().execute(plug, on, 1);
    expect(effects[0]).toEqual({ do: 'send', frame: JSON.stringify(input['message']) });
  });

  it('names the passive plug it is for, on the socket of the active one', () => {
    expect(sent(ready().execute(passive, off, 4_294_967_295))).toEqual([
      { cmd: 'switch', deviceId: passive.identifier, on: false, id: 'c-4294967295' },
    ]);
  });

  it.each([
    ['the active plug of version 1', {}, plug, 5_000, 0],
    ['a passive plug of version 1', {}, passive, 5_000, 0],
    ['the active plug of version 2', { v: 2 }, plug, 5_000, 1],
    ['a passive plug of version 2', { v: 2 }, passive, 15_000, 1],
  ])('of %s says how long to wait and how often to try', (_, hello, device, answerWithinMs, retries) => {
    expect(takenOf(ready(hello).execute(device, off))).toEqual([
      { outcome: 'written', answerWithinMs, repeatable: true, retries },
    ]);
  });

  it('for a plug that moved elsewhere is refused', () => {
    const session = ready();
    session.supersede(passive);
    const effects = session.execute(passive, off);
    expect(sent(effects)).toEqual([]);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code: 'not_joined' }]);
  });
});

describe('other commands', () => {
  it('raw text goes out as it stands, and nothing answers', () => {
    expect(ready().execute(plug, { kind: 'raw', frame: '{"cmd": "x"}' })).toEqual([
      { do: 'send', frame: '{"cmd": "x"}' },
      { do: 'taken', taken: { outcome: 'written', answerWithinMs: 0, repeatable: false, retries: 0 } },
    ]);
  });

  it.each<[string, CommandAction]>([
    ['invalid', { kind: 'raw', frame: new Uint8Array(1) }],
    ['unsupported', { kind: 'nudge', name: 'reboot' }],
    ['unsupported', { kind: 'bridge', name: 'restart', params: {} }],
  ])('are refused %s', (code, action) => {
    const effects = ready().execute(plug, action);
    expect(effects).toHaveLength(1);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code }]);
  });
});

describe('an ack', () => {
  const ack = (more: object) => ready({ v: 2 }).text({ cmd: 'ack', deviceId, ...more });

  it('is the success of its command, whichever connection that was written on', () => {
    const effects = ack({ id: 'c-7', on: true });
    expect(controls(effects)).toEqual([
      [deviceId, { is: 'answer', number: 7, outcome: 'succeeded', result: { on: true } }],
    ]);
    expect(emitted(effects, 'log')).toHaveLength(1);
  });

  it('with an error is its failure, for good', () => {
    expect(controls(ack({ id: 'c-7', error: 'plc_timeout' }))).toEqual([
      [deviceId, { is: 'answer', number: 7, outcome: 'failed', retry: 'never', code: 'plc_timeout' }],
    ]);
    expect(controls(ack({ id: 'c-7', error: 'Relay stuck!', on: false }))[0]?.[1]).toMatchObject({
      code: 'device_error',
      message: 'Relay stuck!',
      result: { on: false },
    });
  });

  it('of a passive plug is that plug’s', () => {
    const effects = ready({ v: 2 }).text({ cmd: 'ack', deviceId: passive.identifier, id: 'c-9', on: false });
    expect(controls(effects)).toMatchObject([[passive.identifier, { number: 9 }]]);
  });

  it.each(['c-0', 'c-01', 'c-4294967296', 'c-', 'x-1', '1', 'c-1 '])('of %j is none of ours', (id) => {
    const effects = ack({ id, on: true });
    expect(controls(effects)).toEqual([]);
    expect(counts(effects)).toEqual(['unrecognised ack_id']);
    expect(emitted(effects, 'log')).toMatchObject([{ name: 'command_response' }]);
  });
});

describe('evidence of a plug that does not answer', () => {
  const succeeded = (number: number, result: object) => [
    [deviceId, { is: 'answer', number, outcome: 'succeeded', result }],
  ];

  it.each([
    ['0 after off', off, report(0), { on: false, evidence: 'report' }],
    ['more than 0 after on', on, report(0.1), { on: true, evidence: 'report' }],
    ['a state after off', off, { cmd: 'state', deviceId, on: false }, { on: false, evidence: 'state' }],
    ['a report that names its state', off, report(3, { on: false }), { on: false, evidence: 'state' }],
    ['a hello that does', on, { cmd: 'hello', deviceId, on: true }, { on: true, evidence: 'state' }],
  ])('is %s', (_, action, message, result) => {
    const session = ready();
    session.execute(plug, action, 5);
    expect(controls(session.text(message)).slice(0, 1)).toEqual(succeeded(5, result));
    expect(controls(session.text(report(0)))).toEqual([]);
  });

  it.each([
    ['more than 0 after off', off, report(1)],
    ['0 after on', on, report(0)],
    ['a newest entry that is none', off, report('0')],
    ['the other state, whatever it consumes', off, report(0, { on: true })],
    ['a heartbeat', off, { cmd: 'hb', deviceId, on: false }],
    ['a passive plug', off, { ...report(0), deviceId: passive.identifier }],
  ])('is not %s, but what follows may be', (_, action, message) => {
    const session = ready();
    session.execute(plug, action, 5);
    expect(controls(session.text(message))).toEqual([]);
    const shown = session.text({ cmd: 'state', deviceId, on: action === on });
    expect(controls(shown)).toMatchObject([[deviceId, { number: 5 }]]);
  });

  it('is looked for about the newest switch only', () => {
    const session = ready();
    session.execute(plug, on, 5);
    session.execute(plug, off, 6);
    expect(controls(session.text(report(3)))).toEqual([]);
    expect(controls(session.text(report(0)))).toMatchObject([[deviceId, { number: 6 }]]);
  });

  it('is kept apart for each plug', () => {
    const session = ready();
    session.execute(plug, off, 5);
    session.execute(passive, on, 6);
    const effects = session.text({ ...report(7), deviceId: passive.identifier });
    expect(controls(effects)).toMatchObject([[passive.identifier, { number: 6 }]]);
  });

  it('is looked for during three minutes', () => {
    const session = ready();
    session.execute(plug, off, 5);
    session.now += 180_000;
    expect(controls(session.text(report(0)))).toEqual([]);
  });

  it('is not needed where an ack came, or will come', () => {
    const answered = ready();
    answered.execute(plug, off, 5);
    answered.text({ cmd: 'ack', deviceId, id: 'c-5', on: false });
    expect(controls(answered.text(report(0)))).toEqual([]);
    const second = ready({ v: 2 });
    second.execute(plug, off, 5);
    expect(controls(second.text(report(0)))).toEqual([]);
  });
});

describe('a hello', () => {
  const arrivals = (hello: object) => controls(ready().text({ cmd: 'hello', deviceId, ...hello }));

  it.each([
    [{}, { started: false }],
    [{ v: 2 }, { started: false }],
    [{ boot: 'b1' }, { instance: 'b1', started: false }],
    [
      { v: 2, boot: 'b1' },
      { instance: 'b1', started: true },
    ],
    [
      { v: 2, boot: 7 },
      { instance: '7', started: true },
    ],
  ])('%j is an arrival', (hello, arrival) => {
    expect(arrivals(hello)).toEqual([[deviceId, { is: 'arrival', ...arrival }]]);
  });

  it('of a passive plug is its own; what it says of itself goes before', () => {
    const hello = { cmd: 'hello', deviceId: passive.identifier, v: 2, boot: 'p', on: true, fw: '1' };
    const effects = ready().text(hello);
    expect(controls(effects)).toMatchObject([[passive.identifier, { is: 'arrival', instance: 'p' }]]);
    const kinds = effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event.kind] : []));
    expect(kinds).toEqual(['facts', 'facts', 'control']);
  });
});
