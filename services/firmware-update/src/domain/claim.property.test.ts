// Claims, whatever the fleet: never more than there are slots and room, each slot and device once, in order.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { device, group, NOW_MS } from './_fleet.js';
import { claim, freeSlots, priorityVersions } from './claim.js';

const seconds = fc.integer({ min: 0, max: 600 });
const devices = fc
  .array(
    fc.record({
      attempts: fc.array(seconds, { maxLength: 8 }),
      taken: fc.boolean(),
      validation: fc.constantFrom('validated', 'not_validated', 'unknown'),
    }),
    { maxLength: 40 },
  )
  .map((all) =>
    all.map(({ attempts, taken, validation }, index) =>
      device({
        deviceId: `device-${index}`,
        attemptsMs: attempts.map((age) => NOW_MS - age * 1_000),
        takenRelease: taken ? 1 : undefined,
        validation,
      }),
    ),
  );

describe('a claim', () => {
  it('keeps every limit', () => {
    const limits = fc.record({
      allowed: fc.integer({ min: 1, max: 20 }),
      taken: fc.uniqueArray(fc.integer({ min: 0, max: 25 }), { maxLength: 25 }),
      room: fc.integer({ min: 0, max: 20 }),
      threshold: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(devices, limits, (all, { allowed, taken, room, threshold }) => {
        let ids = 0;
        const slots = freeSlots(allowed, taken);
        const of = group({ deviceFailureThreshold: threshold, concurrentUpdates: allowed });
        const made = claim(of, all, { queue: 'normal', slots, room }, NOW_MS, () => String(++ids));
        expect(made.claimed.length + taken.length).toBeLessThanOrEqual(Math.max(allowed, taken.length));
        const used = made.claimed.map(({ place }) => place?.slot ?? -1);
        expect(used).toEqual(slots.slice(0, used.length));
        expect(used.every((slot) => slot < allowed && !taken.includes(slot))).toBe(true);
        const order = made.claimed.map(({ deviceId }) => all.findIndex((each) => each.deviceId === deviceId));
        expect(order).toEqual([...new Set(order)].sort((one, other) => one - other));
        const fresh = made.claimed.filter(
          ({ deviceId }) => all.find((each) => each.deviceId === deviceId)?.takenRelease === undefined,
        );
        expect(fresh.length).toBeLessThanOrEqual(room);
        expect(made.left).toBe(room - fresh.length);
        for (const { deviceId } of made.claimed) {
          const one = all.find((each) => each.deviceId === deviceId);
          expect(one?.validation).not.toBe('not_validated');
          expect(one?.attemptsMs.length).toBeLessThan(threshold);
        }
        const boxed = made.devices.filter(({ blockedUntilMs }) => blockedUntilMs !== undefined);
        expect(boxed.length).toBe(made.penalized);
        expect(boxed.every(({ attemptsMs }) => attemptsMs.length === 0)).toBe(true);
      }),
    );
  });
});

describe('the priority queue', () => {
  it('is for versions up to its own, as SemVer orders them', () => {
    const of = group({ priorityQueueEnabled: true, priorityQueueFirmwareVersionThreshold: '1.2.0' });
    const versions = ['1.2.0-rc.1', '1.2.0', '1.10.0', '0.9.9', '1.2', 'x', ''];
    expect(priorityVersions(of, versions)).toEqual(['1.2.0-rc.1', '1.2.0', '0.9.9']);
    expect(priorityVersions({ ...of, priorityQueueEnabled: false }, versions)).toEqual([]);
  });
});
