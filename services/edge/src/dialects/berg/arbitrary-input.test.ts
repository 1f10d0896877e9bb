// Arbitrary frames, answers and timers against the BERG machine: nothing is thrown, everything stays bounded.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, deviceNamed, drive, emitted, sent } from '../_drive.js';
import { type Effect, RefusalCode } from '../dialect.js';
import { berg } from './berg.js';
import { MAX_HELD_BYTES, MAX_KEY_REQUESTS, MAX_PRINTERS } from './state.js';

const address = '000d6f0002ff7a91';
const envelope = { bridge_address: address, timestamp: 0 };

function ready() {
  const session = drive(berg, 1_735_734_000_000);
  session.text({ ...envelope, type: 'BridgeLog', records: [] });
  session.admit('bridge', deviceNamed(address));
  return session;
}

describe('whatever is sent', () => {
  const printers = fc.integer({ min: 0, max: 60 }).map((n) => n.toString(16).padStart(16, '0'));
  const payload = fc.uint8Array({ maxLength: 20 }).chain((data) =>
    fc.constantFrom(1, 2, 0xe001, 0xe17f, 0x7777).map((code) => {
      const header = Buffer.alloc(10);
      header.writeUInt16LE(code, 0);
      header.writeUInt32LE(data.length, 6);
      return Buffer.concat([header, data]).toString('base64');
    }),
  );
  const message = fc.oneof(
    fc.record({
      type: fc.constant('DeviceEvent'),
      device_address: printers,
      binary_payload: payload,
      rssi_stats: fc.jsonValue(),
    }),
    fc.record({ type: fc.constant('BridgeLog'), records: fc.array(fc.jsonValue(), { maxLength: 5 }) }),
    fc.record({
      type: fc.constant('DeviceCommandResponse'),
      device_address: printers,
      command_id: fc.nat(),
      transfer_time: fc.jsonValue(),
    }),
    fc.record({
      type: fc.constant('BridgeEvent'),
      json_payload: fc.record({
        name: fc.constantFrom(
          'device_connect',
          'device_disconnect',
          'encryption_key_required',
          'power_on',
          'x',
        ),
        device_address: printers,
        uptime: fc.jsonValue(),
        network_info: fc.jsonValue(),
        uboot_environment: fc.jsonValue(),
      }),
    }),
  );
  const input = fc.oneof(
    { weight: 8, arbitrary: message.map((one) => ({ text: JSON.stringify({ ...envelope, ...one }) })) },
    { weight: 1, arbitrary: fc.jsonValue().map((one) => ({ text: JSON.stringify(one) })) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => ({ bytes })) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(undefined, ...Object.values(RefusalCode)).map((code) => ({ code })),
    },
    { weight: 1, arbitrary: fc.constant({ timer: 'silence' }) },
  );

  it('nothing is thrown and the state stays small', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 200 }), (inputs) => {
        const session = ready();
        const asking: string[] = [];
        for (const one of inputs) {
          session.now += 900;
          let effects: readonly Effect[] = [];
          if ('text' in one) effects = session.text(one.text);
          else if ('bytes' in one) effects = session.bytes(one.bytes, false);
          else if ('timer' in one) effects = session.timer(one.timer);
          else {
            const to = asking.shift() ?? 'printer:none';
            effects =
              one.code === undefined
                ? session.admit(to, deviceNamed(to.slice(8)))
                : session.refuse(to, one.code);
          }
          asking.push(...asked(effects));
          // A bridge is never told what became of a message.
          expect(sent(effects)).toEqual([]);
          for (const { value } of emitted(effects, 'reading')) expect(Number.isFinite(value)).toBe(true);
        }
        const { printers: children, room, keysLogged, keysRaised } = session.state;
        expect(children.members.size).toBeLessThanOrEqual(MAX_PRINTERS);
        expect(children.refused.size).toBeLessThanOrEqual(2 * MAX_PRINTERS);
        expect(keysLogged.size).toBeLessThanOrEqual(MAX_KEY_REQUESTS);
        expect(keysRaised.size).toBeLessThanOrEqual(MAX_KEY_REQUESTS);
        expect(room.usedBytes).toBeLessThanOrEqual(MAX_HELD_BYTES);
        const waiting = [...children.members.values()].flatMap((child) => child.held);
        expect(room.usedBytes).toBe(waiting.reduce((sum, held) => sum + held.bytes, 0));
      }),
    );
  });
});
