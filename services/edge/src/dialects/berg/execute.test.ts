// Commands for bridges and printers: what is written, how long an answer may take, what is refused.
import { describe, expect, it } from 'vitest';
import { deviceNamed, drive, sent, takenOf } from '../_drive.js';
import type { Bitmap, CommandAction } from '../dialect.js';
import { berg } from './berg.js';
import { CommandCode, encodeCommand } from './device-command.js';

const bridge = deviceNamed('000d6f0002ff7a91');
const printer = { ...deviceNamed('000d6f000273ce0b'), id: 'dev-printer' };
const envelope = { bridge_address: bridge.identifier, timestamp: 0 };
const image: Bitmap = { width: 384, height: 2, rows: new Uint8Array(96).fill(0x0f) };
const print = (face: boolean, onButton: boolean): CommandAction => ({ kind: 'print', image, face, onButton });
const personality = (count: number): CommandAction => ({
  kind: 'personality',
  images: Array<Bitmap>(count).fill(image),
});
const quip = (count: number): CommandAction => ({ kind: 'quip', images: Array<Bitmap>(count).fill(image) });

function ready() {
  const session = drive(berg, 1_735_734_000_000);
  session.text({ ...envelope, type: 'BridgeLog', records: [] });
  session.admit('bridge', bridge);
  const json_payload = { name: 'device_connect', device_address: printer.identifier };
  session.text({ ...envelope, type: 'BridgeEvent', json_payload });
  session.admit(`printer:${printer.identifier}`, printer);
  return session;
}

describe('to a printer', () => {
  it.each<[string, CommandCode, CommandAction, number]>([
    ['a print with a face', CommandCode.setDeliveryAndPrint, print(true, false), 1],
    ['a print without', CommandCode.setDeliveryAndPrintNoFace, print(false, false), 1],
    ['one for the button', CommandCode.setDelivery, print(true, true), 1],
    ['one for the button without a face', CommandCode.setDeliveryNoFace, print(false, true), 1],
    ['a personality', CommandCode.setPersonality, personality(4), 4],
    ['one with a message', CommandCode.setPersonalityWithMessage, personality(5), 5],
    ['a quip', CommandCode.setQuip, quip(3), 3],
  ])('%s is one device command under its number', (_, code, action, count) => {
    const effects = ready().execute(printer, action, 4_294_967_295);
    const binary = encodeCommand(code, 4_294_967_295, Array(count).fill(image));
    expect(sent(effects)).toEqual([
      {
        type: 'DeviceCommand',
        bridge_address: bridge.identifier,
        device_address: printer.identifier,
        command_id: 4_294_967_295,
        timestamp: '0',
        binary_payload: binary.toString('base64'),
      },
    ]);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'written', repeatable: false, retries: 0 }]);
  });

  it.each([
    [1, 32_000],
    [512, 32_000],
    [513, 34_000],
    [452_608, 1_798_000],
    [460_000, 1_800_000],
  ])('%i bytes may take %i ms', (size, answerWithinMs) => {
    const effects = ready().execute(printer, { kind: 'raw', frame: new Uint8Array(size) });
    expect(takenOf(effects)).toMatchObject([{ answerWithinMs }]);
  });

  it('raw bytes go as they are, under the number of the command', () => {
    const effects = ready().execute(printer, { kind: 'raw', frame: Uint8Array.of(1, 2, 255) }, 9);
    expect(sent(effects)).toMatchObject([{ command_id: 9, binary_payload: 'AQL/' }]);
  });

  it.each([printer, bridge])('and to a bridge raw text is a frame, and nothing answers', (device) => {
    expect(ready().execute(device, { kind: 'raw', frame: '{"type": 1}' })).toEqual([
      { do: 'send', frame: '{"type": 1}' },
      { do: 'taken', taken: { outcome: 'written', answerWithinMs: 0, repeatable: false, retries: 0 } },
    ]);
  });

  it.each<[string, CommandAction]>([
    ['invalid', { ...print(true, false), image: { ...image, width: 383 } } as CommandAction],
    ['invalid', { ...print(true, false), image: { ...image, height: 10_001 } } as CommandAction],
    ['invalid', { kind: 'quip', images: [image, image, { ...image, width: 376 }] }],
    ['invalid', personality(3)],
    ['invalid', quip(4)],
    ['unsupported', { kind: 'switch', on: true }],
    ['unsupported', { kind: 'bridge', name: 'pjoin', params: {} }],
    ['unsupported', { kind: 'nudge', name: 'reboot' }],
  ])('is refused %s what it cannot do', (code, action) => {
    const effects = ready().execute(printer, action);
    expect(effects).toHaveLength(1);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code }]);
  });

  it('that is not here any more nothing is written', () => {
    const session = ready();
    session.supersede(printer);
    const effects = session.execute(printer, print(true, false));
    expect(effects).toHaveLength(1);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code: 'not_joined' }]);
  });
});

describe('to a bridge', () => {
  it.each([
    ['add_device_encryption_key', { device_address: printer.identifier, encryption_key: 'k' }, true],
    ['set_cloud_log_level', { level: 'info' }, true],
    ['pjoin', {}, true],
    ['leave', {}, false],
    ['form', { channels: [11] }, false],
    ['restart', {}, false],
    ['reboot', {}, false],
  ])('%s goes with its parameters', (name, params, repeatable) => {
    const effects = ready().execute(bridge, { kind: 'bridge', name, params }, 12);
    expect(sent(effects)).toEqual([
      {
        type: 'BridgeCommand',
        bridge_address: bridge.identifier,
        command_id: 12,
        timestamp: '0',
        json_payload: { name, params },
      },
    ]);
    const answerWithinMs = repeatable ? 10_000 : 30_000;
    const written = { outcome: 'written', answerWithinMs, repeatable, retries: 0 };
    expect(takenOf(effects)).toEqual([written]);
  });

  it.each<[string, CommandAction]>([
    ['invalid', { kind: 'bridge', name: 'make_tea', params: {} }],
    ['invalid', { kind: 'raw', frame: new Uint8Array(16) }],
    ['unsupported', print(true, false)],
  ])('is refused %s what it cannot do', (code, action) => {
    const effects = ready().execute(bridge, action);
    expect(effects).toHaveLength(1);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code }]);
  });
});
