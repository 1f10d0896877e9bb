// What devices report: order, joins that end updates, the penalty box, membership.
import { describe, expect, it } from 'vitest';
import { around, device, group, held, NOW_MS, update } from './_fleet.js';
import type { DeploymentGroup } from './group.js';
import type { Held } from './held.js';
import type { Join } from './join.js';
import type { Note } from './note.js';
import { type DeviceRecord, takeRecord } from './record.js';

const MINUTE_MS = 60_000;
const source = { deviceId: 'device-1', deviceNumber: 1n, organizationId: device().organizationId };

function at(epoch: bigint, sequence: bigint) {
  return { ...source, epoch, sequence, timeMs: NOW_MS + Number(sequence) };
}

function joining(firmwareUuid: string, said: Partial<Join> = {}, epoch = 4n, sequence = 1n): DeviceRecord {
  const join = {
    ...{ firmwareUuid, product: 'demo', platform: 'rpi0', architecture: 'arm', version: '1.0.0' },
    ...({ apiVersion: '2.3.0', validation: 'unknown', reverted: false, downloadingUuid: '' } as const),
    ...{ wantsFirmwareKeys: false, wantsArchiveKeys: false, ...said },
  };
  return { ...at(epoch, sequence), kind: 'joined', join };
}

function step(
  status: string,
  more: { reason?: string; delayMs?: number; progress?: number } = {},
): DeviceRecord {
  const { reason = '', delayMs, progress } = more;
  return { ...at(3n, 2n), kind: 'step', status, reason, delayMs, progress };
}

const take = (before: Held, record: DeviceRecord, ...groups: readonly DeploymentGroup[]) =>
  takeRecord(before, record, around(...groups));
const words = (notes: readonly Note[]): string[] =>
  notes.map((note) => (note.note === 'audit' ? note.action : note.note));
const inGroup = { groupId: 'group-1' };

describe('the order of records', () => {
  it('passes over what is not newer', () => {
    const before = held();
    for (const [epoch, sequence] of [
      [3n, 1n],
      [3n, 0n],
      [2n, 99n],
    ] as const) {
      const { outcome, decision } = take(before, { ...at(epoch, sequence), kind: 'validated' });
      expect(outcome).toBe('stale');
      expect(decision.held).toBe(before);
    }
    expect(take(before, { ...at(3n, 2n), kind: 'validated' }).decision.held.device).toMatchObject({
      ...{ epoch: 3n, sequence: 2n, validation: 'validated' },
    });
  });

  it('keeps the network that a device is on', () => {
    const network = (word: string) => take(held(), { ...at(3n, 2n), kind: 'network', network: word });
    expect(network('wifi').decision.held.device.network).toBe('wifi');
    expect(network('pigeon').decision.held.device.network).toBe('unknown');
  });
});

describe('a join', () => {
  it('with what was offered is its success', () => {
    const flying = update({ status: 'completed' });
    const {
      held: after,
      written,
      notes,
    } = take(
      held({ ...inGroup, attemptsMs: [1, 2] }, flying),
      joining('b', { version: '1.1.0' }),
      group(),
    ).decision;
    expect(written).toMatchObject([{ status: 'completed', endedAtMs: NOW_MS + 1, artifactId: undefined }]);
    expect(after.device).toMatchObject({
      firmwareUuid: 'b',
      version: '1.1.0',
      attemptsMs: [],
      groupId: 'group-1',
    });
    expect(words(notes)).toEqual(['device.firmware_changed', 'look', 'device.updated', 'look', 'greet']);
  });

  it.each([
    ['completed', {}, 'failed', 'reverted'],
    ['updating', { reverted: true }, 'failed', 'reverted'],
    ['updating', {}, 'failed', 'interrupted'],
    ['received', {}, 'failed', 'interrupted'],
    ['requested', {}, 'withdrawn', 'the device has not taken it'],
  ] as const)('with the old firmware when an update was %s %j is %s: %s', (status, said, ended, reason) => {
    const {
      written,
      notes,
      held: after,
    } = take(held(inGroup, update({ status })), joining('a', said), group()).decision;
    expect(written).toMatchObject([{ status: ended, reason }]);
    expect(words(notes).includes('failure')).toBe(ended === 'failed');
    // Only what the device itself reports puts it into the penalty box at once.
    expect(after.device.blockedUntilMs).toBeUndefined();
  });

  it('with yet another firmware is no success', () => {
    const { written } = take(held(inGroup, update({ status: 'updating' })), joining('c'), group()).decision;
    expect(written).toMatchObject([{ status: 'failed', reason: 'other_firmware' }]);
  });

  it('in the middle of the download goes on, and is an attempt when it was the first word', () => {
    const said = { downloadingUuid: 'b' };
    const going = take(held(inGroup, update({ status: 'updating' })), joining('a', said), group()).decision;
    expect(going.written).toEqual([]);
    const first = take(held(inGroup, update()), joining('a', said), group()).decision;
    expect(first.written).toMatchObject([{ status: 'downloading', endedAtMs: undefined, epoch: 4n }]);
    expect(first.held.device.attemptsMs).toEqual([NOW_MS]);
  });

  it('on the session of the offer has it made once more', () => {
    const { written, notes } = take(held(inGroup, update()), joining('a', {}, 3n, 2n), group()).decision;
    expect(written).toEqual([]);
    expect(notes).toContainEqual({ note: 'offer', updateId: 'update-1' });
  });

  it('tells of a device that falls back after its success', () => {
    const before = held({ ...inGroup, firmwareUuid: 'b', takenRelease: 1 });
    expect(words(take(before, joining('a'), group()).decision.notes)).toContain('unhealthy');
    const earlier = held({ ...inGroup, firmwareUuid: 'b', takenRelease: 1 });
    expect(words(take(earlier, joining('a'), group({ release: 2 })).decision.notes)).not.toContain(
      'unhealthy',
    );
  });

  it('ends what the platform did not offer', () => {
    const own = update({
      firmwareUuid: undefined,
      fromUuid: undefined,
      place: undefined,
      status: 'updating',
    });
    expect(take(held({}, own), joining('c')).decision.written).toMatchObject([{ status: 'completed' }]);
    expect(take(held({}, own), joining('a')).decision.written).toMatchObject([{ status: 'failed' }]);
    expect(take(held({}, own), joining('a', { downloadingUuid: 'x' })).decision.written).toEqual([]);
  });
});

describe('membership at a join', () => {
  it('is of the group that is chosen, with how many there were', () => {
    const higher = group({ id: 'group-2', firmwareVersion: '1.2.0', firmwareUuid: 'c' });
    const others = [
      group({ id: 'group-3', isActive: false, firmwareVersion: '9.0.0' }),
      group({ id: 'group-4', lockDeviceMembership: true, firmwareVersion: '9.0.0' }),
      group({ id: 'group-5', organizationId: 'another', firmwareVersion: '9.0.0' }),
    ];
    const { held: after, notes } = take(held(), joining('a'), group(), higher, ...others).decision;
    expect(after.device.groupId).toBe('group-2');
    const joined = notes.find((note) => note.note === 'audit' && note.action === 'device.group_joined');
    expect(joined).toMatchObject({ details: { deployment_group: 'group-2', candidates: 2 } });
  });

  it.each([
    [{ version: '3.0.0' }, 'version'],
    [{ platform: 'rpi4' }, 'platform'],
    [{ architecture: 'x86_64' }, 'architecture'],
    [{ product: 'other' }, 'product'],
  ])('ends with %j: %s', (said, reason) => {
    const conditions = { version: '< 2.0.0', tags: ['gone'], tagOperator: 'and' } as const;
    const asks = group({ conditions });
    const before = held({ ...inGroup, takenRelease: 1 });
    const { held: after, notes } = take(before, joining('a', said), asks).decision;
    expect(after.device).toMatchObject({ groupId: undefined, takenRelease: undefined });
    const left = notes.find((note) => note.note === 'audit' && note.action === 'device.group_left');
    expect(left).toMatchObject({ details: { deployment_group: 'group-1', reason } });
    // Unless the group is locked; and tags are not asked again.
    const locked = group({ conditions, lockDeviceMembership: true });
    expect(take(before, joining('a', said), locked).decision.held.device.groupId).toBe('group-1');
    expect(take(before, joining('a'), asks).decision.held.device.groupId).toBe('group-1');
  });

  it('does not move who does not say what it runs', () => {
    expect(take(held(), joining(''), group()).decision.held.device.groupId).toBeUndefined();
    expect(take(held(inGroup), joining('', { platform: '' }), group()).decision.held.device.groupId).toBe(
      'group-1',
    );
  });
});

describe('what a device reports of an update', () => {
  it.each([
    ['failed', {}, 1440],
    ['ignored', {}, 1440],
    ['rescheduled', { delayMs: 15 * MINUTE_MS }, 15],
    ['rescheduled', {}, 5],
  ] as const)('%s %j leaves it alone for %i minutes', (status, more, minutes) => {
    const before = held(inGroup, update({ status: 'received' }));
    const { held: after, written, notes } = take(before, step(status, more), group()).decision;
    expect(after.device.blockedUntilMs).toBe(NOW_MS + minutes * MINUTE_MS);
    expect(written).toMatchObject([{ status, endedAtMs: NOW_MS + 2 }]);
    expect(words(notes).includes('failure')).toBe(status === 'failed');
    expect(words(notes)).toContain(`device.update_${status}`);
  });

  it('of an order has no penalty, and tells whoever ordered it', () => {
    const order = { actor: 'person', commandNumber: 7 };
    const ordered = update({ place: undefined, order });
    const outcomes = (record: DeviceRecord) => {
      const { decision } = take(held({}, ordered), record);
      expect(decision.held.device).toMatchObject({ blockedUntilMs: undefined, attemptsMs: [] });
      return decision.notes.flatMap((note) => (note.note === 'order' ? [[note.outcome, note.code]] : []));
    };
    expect(outcomes(step('received'))).toEqual([['acknowledged', '']]);
    expect(outcomes(step('failed', { reason: 'x' }))).toEqual([
      ['acknowledged', ''],
      ['failed', 'failed'],
    ]);
    expect(outcomes(joining('b'))).toEqual([['succeeded', '']]);
    const done = take(held({}, { ...ordered, status: 'completed' }), joining('a')).decision.notes;
    expect(done).toContainEqual(expect.objectContaining({ outcome: 'failed', code: 'reverted' }));
  });

  it('counts an attempt once', () => {
    const first = take(held(inGroup, update()), step('received'), group()).decision.held;
    expect(first.device.attemptsMs).toEqual([NOW_MS]);
    const next = { ...step('updating', { progress: 3 }), sequence: 3n };
    expect(take(first, next, group()).decision.held.device.attemptsMs).toEqual([NOW_MS]);
  });
});
