// Arbitrary frames, answers and timers against the Kinetid machine: nothing is thrown, everything stays bounded.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, deviceNamed, drive, emitted, takenOf } from '../_drive.js';
import { RefusalCode } from '../dialect.js';
import { kinetid } from './kinetid.js';
import { MAX_HELD, MAX_HELD_BYTES, MAX_PASSIVES } from './state.js';

const deviceId = '39628657580236';
const hb = { cmd: 'hb', deviceId };

function ready() {
  const session = drive(kinetid, 1_735_734_000_000);
  session.text({ cmd: 'hello', deviceId, v: 2, boot: 'b' });
  session.admit('active', deviceNamed(deviceId));
  return session;
}

describe('whatever is sent', () => {
  const id = fc.oneof(fc.constant(deviceId), fc.integer({ min: 0, max: 300 }).map(String), fc.string());
  const number = fc.oneof(fc.integer({ min: -1, max: 90_000 }), fc.double(), fc.string());
  const message = fc.record(
    {
      cmd: fc.oneof(fc.constantFrom('hello', 'hb', 'report', 'state', 'ack'), fc.string()),
      deviceId: id,
      v: fc.constantFrom(1, 2, 'x'),
      on: fc.oneof(fc.boolean(), fc.string()),
      id: fc.string(),
      boot: number,
      seq: number,
      ts: number,
      fw: fc.string(),
      consumptions: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ interval: number, consumption: number, wh: number }), { maxLength: 5 }),
      ),
    },
    { requiredKeys: [] },
  );
  const input = fc.oneof(
    { weight: 8, arbitrary: message.map((value) => ({ text: JSON.stringify(value) })) },
    { weight: 1, arbitrary: fc.jsonValue().map((value) => ({ text: JSON.stringify(value) })) },
    { weight: 1, arbitrary: fc.uint8Array().map((bytes) => ({ bytes })) },
    { weight: 3, arbitrary: id.map((to) => ({ to: `passive:${to}`, code: undefined })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...Object.values(RefusalCode)).map((code) => ({ to: 'any', code })),
    },
    { weight: 1, arbitrary: fc.constant({ timer: 'silence' }) },
    { weight: 2, arbitrary: fc.record({ switched: id, on: fc.boolean() }) },
  );

  it('nothing is thrown, readings stay sane and the state stays small', () => {
    fc.assert(
      fc.property(fc.array(input, { maxLength: 200 }), (inputs) => {
        const session = ready();
        let asking: readonly string[] = [];
        for (const one of inputs) {
          session.now += 700;
          // Good messages in between, so that a run of bad ones does not end every session at once.
          session.text(hb);
          let effects: ReturnType<typeof session.text>;
          if ('text' in one) effects = session.text(one.text);
          else if ('bytes' in one) effects = session.bytes(one.bytes, false);
          else if ('timer' in one) effects = session.timer(one.timer);
          else if ('switched' in one) {
            effects = session.execute(deviceNamed(one.switched), { kind: 'switch', on: one.on });
            const isOpen = session.state.phase !== 'closed';
            expect(takenOf(effects)).toHaveLength(isOpen ? 1 : 0);
          } else if (one.code === undefined) effects = session.admit(one.to, deviceNamed(one.to.slice(8)));
          else effects = session.refuse(asking.at(-1) ?? one.to, one.code);
          asking = [...asking, ...asked(effects)];
          for (const reading of emitted(effects, 'reading')) {
            expect(reading.value).toBeGreaterThanOrEqual(0);
            expect(Number.isSafeInteger(reading.timeMs)).toBe(true);
          }
        }
        const { passives, room, held } = session.state;
        expect(passives.members.size).toBeLessThanOrEqual(MAX_PASSIVES);
        expect(passives.refused.size).toBeLessThanOrEqual(2 * MAX_PASSIVES);
        expect(room.usedBytes).toBeLessThanOrEqual(MAX_HELD_BYTES);
        expect(held.length).toBeLessThanOrEqual(MAX_HELD);
      }),
    );
  });
});
