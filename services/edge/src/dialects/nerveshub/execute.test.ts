// Commands for a Nerves device: events sent on its channel in every serializer, raw text, and refusals.
import { encode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { takenOf } from '../_drive.js';
import type { CommandAction, Json } from '../dialect.js';
import { device, emitted, helloFor, Rig, vectorsOf } from './_rig.js';
import { nerveshub } from './nerveshub.js';

const reboot: CommandAction = { kind: 'nudge', name: 'reboot' };
const identify: CommandAction = { kind: 'nudge', name: 'identify' };
const unanswered = { outcome: 'written', answerWithinMs: 0, retries: 0 } as const;

function rigOf(vsn: string) {
  const rig = new Rig(nerveshub, helloFor(`vsn=${vsn}`));
  const execute = (action: CommandAction) =>
    rig.input({ on: 'command', command: { kind: 'execute', device, number: 1, action } });
  return { rig, execute };
}
function joined(topic: string) {
  const { rig, execute } = rigOf('2.0.0');
  rig.json(['4', '4', topic, 'phx_join', {}]);
  return { rig, execute };
}

describe.each([
  ['reboot', reboot, false],
  ['identify', identify, true],
])('%s', (event, action, repeatable) => {
  it('is sent as recorded; nothing answers it', () => {
    const { rig, execute } = joined('device');
    const effects = execute(action);
    const recorded = vectorsOf<{ frame: Json[] }, { event: string }>('sample_frame').find(
      ({ expected }) => expected.event === event,
    );
    expect(rig.seen(effects)).toEqual([{ recv: recorded?.input.frame }]);
    expect(takenOf(effects)).toEqual([{ ...unanswered, repeatable }]);
    expect(emitted(effects)).toEqual([]);
  });

  it('is sent on the topic as the device spelt it', () => {
    const { rig, execute } = joined(`device:${device.identifier}`);
    expect(rig.seen(execute(action))).toEqual([
      { recv: [null, null, `device:${device.identifier}`, event, {}] },
    ]);
  });

  it('is said in V1', () => {
    const { rig, execute } = rigOf('1.0.0');
    rig.json({ topic: 'devices', event: 'phx_join', payload: {}, ref: '1' });
    expect(rig.seen(execute(action))).toEqual([
      { recv: { topic: 'devices', event, payload: {}, ref: null } },
    ]);
  });

  it('is said in MsgPack', () => {
    const { rig, execute } = rigOf('3.0.0');
    rig.binary(encode(['1', '1', 'device', 'phx_join', {}]));
    expect(rig.seen(execute(action))).toEqual([{ recv: [null, null, 'device', event, {}] }]);
  });

  it('is refused while the device has not joined its channel, or has left it', () => {
    const { rig, execute } = joined('console');
    const refused = [{ outcome: 'refused', code: 'not_joined' }];
    expect(takenOf(execute(action))).toMatchObject(refused);
    rig.json(['5', '5', 'device', 'phx_join', {}]);
    rig.json(['5', '6', 'device', 'phx_leave', {}]);
    const effects = execute(action);
    expect([rig.seen(effects), takenOf(effects)]).toMatchObject([[], refused]);
  });
});

it('raw text goes out as it stands', () => {
  const { execute } = joined('device');
  const frame = '[null,null,"device","x",{}]';
  expect(execute({ kind: 'raw', frame })).toEqual([
    { do: 'send', frame },
    { do: 'taken', taken: { ...unanswered, repeatable: false } },
  ]);
});

it.each<[string, CommandAction]>([
  ['invalid', { kind: 'raw', frame: new Uint8Array(1) }],
  ['unsupported', { kind: 'switch', on: true }],
  ['unsupported', { kind: 'nudge', name: 'update' }],
])('others are refused %s', (code, action) => {
  const effects = joined('device').execute(action);
  expect(effects).toHaveLength(1);
  expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code }]);
});
