// What each reported step does: the protocol's vectors, and updates that the platform did and did not offer.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Outcome, type Step, takeStep } from './step.js';
import type { DeviceUpdate } from './update.js';

const DEVICE = '01890a5d-ac96-774b-bcce-b302099a8057';

function step(at: number, status: string, more: Partial<Step> = {}): Step {
  const place = { deviceId: DEVICE, organizationId: DEVICE, epoch: 1n };
  return { ...place, timeMs: 1000 + at, status, progress: undefined, reason: '', ...more };
}

/** An update that the platform offered. */
const requested: DeviceUpdate = {
  ...{ id: 'update-0', deviceId: DEVICE, organizationId: DEVICE, status: 'requested', progress: undefined },
  ...{ reason: '', startedAtMs: 900, updatedAtMs: 900, endedAtMs: undefined, firmwareUuid: 'b' },
  ...{ firmwareVersion: '1.1.0', fromUuid: 'a', artifactId: 'artifact', place: undefined, order: undefined },
  ...{ timeoutMinutes: 30, deadlineAtMs: 1_800_900, epoch: 1n, offerUntilMs: 30_900, offers: 1 },
};

/** Takes all steps; the rows by id in their last state, and each step's outcome. */
function run(steps: readonly Step[], first?: DeviceUpdate) {
  const rows = new Map<string, DeviceUpdate>();
  let latest: DeviceUpdate | undefined = first;
  const outcomes: Outcome['kind'][] = [];
  for (const one of steps) {
    const outcome = takeStep(latest, one, one.timeMs, () => `update-${rows.size + 1}`);
    outcomes.push(outcome.kind);
    if (outcome.kind !== 'changed') continue;
    for (const row of outcome.written) rows.set(row.id, row);
    latest = outcome.update;
  }
  return { rows: [...rows.values()], outcomes, latest };
}

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: {
    readonly payload: { readonly status?: string; readonly value?: number; readonly stage?: string };
  };
  readonly expected: {
    readonly inflight?: string;
    readonly status?: string;
    readonly progress?: number | null;
  };
}

const file = new URL('../../../../test/vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const statuses = vectors.filter((v) => v.kind === 'status_update' && v.expected.inflight !== undefined);
const progresses = vectors.filter((v) => v.kind === 'progress');

describe('vectors', () => {
  it('has some of each kind', () => {
    expect(statuses.length).toBeGreaterThanOrEqual(6);
    expect(progresses.length).toBeGreaterThanOrEqual(4);
  });

  it.each(statuses)('$name', ({ input, expected }) => {
    const { latest } = run([step(1, 'received'), step(2, input.payload.status ?? '')], requested);
    const gone = latest?.endedAtMs !== undefined;
    if (expected.inflight === 'deleted') expect(gone).toBe(true);
    else expect(latest?.status).toBe(expected.inflight);
    expect(gone).toBe(expected.inflight === 'deleted');
  });

  it.each(progresses)('$name', ({ input, expected }) => {
    const { value, stage = 'updating' } = input.payload;
    const { latest } = run([
      step(1, 'received'),
      step(2, stage, value === undefined ? {} : { progress: value }),
    ]);
    expect(latest?.status).toBe(expected.status);
    expect(latest?.progress ?? null).toBe(expected.progress);
  });
});

describe('a whole update', () => {
  it('is one row with one end, though devices say the end twice', () => {
    const { rows, outcomes } = run([
      step(1, 'received'),
      step(2, 'updating', { progress: 0 }),
      step(3, 'started'),
      step(4, 'updating', { progress: 55 }),
      step(5, 'updating', { progress: 100 }),
      step(6, 'completed'),
    ]);
    expect(outcomes).toEqual(['changed', 'changed', 'changed', 'changed', 'changed', 'repeated']);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'completed', startedAtMs: 1001, endedAtMs: 1005 });
  });

  it('keeps the progress over a step that gives none', () => {
    const { latest } = run([step(1, 'downloading', { progress: 30 }), step(2, 'started')]);
    expect(latest).toMatchObject({ status: 'started', progress: 30 });
  });

  it('a complete download is no complete update', () => {
    expect(run([step(1, 'downloading', { progress: 100 })]).latest?.endedAtMs).toBeUndefined();
  });

  it('opens a row at the first step after an end, in the same session too', () => {
    const { rows } = run([step(1, 'received'), step(2, 'failed', { reason: 'x' }), step(3, 'received')]);
    expect(rows.map((row) => row.status)).toEqual(['failed', 'received']);
    expect(rows[0]?.reason).toBe('x');
  });

  it('expires an update in flight when another one is received', () => {
    const { rows } = run([step(1, 'received'), step(2, 'updating', { progress: 9 }), step(3, 'received')]);
    expect(rows.map((row) => row.status)).toEqual(['expired', 'received']);
    expect(rows[0]).toMatchObject({ endedAtMs: 1003, progress: 9 });
  });

  it('keeps how far an update came that broke off', () => {
    const { rows } = run([step(1, 'updating', { progress: 42 }), step(2, 'rescheduled')]);
    expect(rows).toMatchObject([{ status: 'rescheduled', progress: 42 }]);
  });

  it('counts the same end in a later session as another update', () => {
    const { rows } = run([step(1, 'ignored'), step(1, 'ignored', { epoch: 2n })]);
    expect(rows).toHaveLength(2);
  });
});

describe('an update that was offered', () => {
  const moving = (status: string, more: Partial<DeviceUpdate> = {}) => {
    return { ...requested, status: status as DeviceUpdate['status'], offerUntilMs: undefined, ...more };
  };

  it('is in flight until its device is back, whatever it says of 100 %', () => {
    const { rows, outcomes } = run(
      [step(1, 'received'), step(2, 'updating', { progress: 100 }), step(3, 'completed')],
      requested,
    );
    expect(outcomes).toEqual(['changed', 'changed', 'changed']);
    expect(rows).toMatchObject([{ id: 'update-0', status: 'completed', endedAtMs: undefined }]);
  });

  it('is the same one when its device receives it again', () => {
    const { rows } = run([step(1, 'received')], moving('updating'));
    expect(rows).toMatchObject([{ id: 'update-0', status: 'received' }]);
  });

  it('may take its time as long as something changes', () => {
    const minutes = (count: number): number => count * 60_000;
    const { rows } = run(
      [
        step(minutes(20), 'updating', { progress: 5 }),
        step(minutes(29), 'updating', { progress: 5.5 }),
        step(minutes(30), 'updating', { progress: 4 }),
      ],
      moving('updating', { progress: 4 }),
    );
    expect(rows[0]?.deadlineAtMs).toBe(1_000 + minutes(50));
  });

  it('holds its firmware no longer when it has ended', () => {
    expect(run([step(1, 'failed', { reason: 'x' })], requested).rows).toMatchObject([
      {
        status: 'failed',
        reason: 'x',
        artifactId: undefined,
        deadlineAtMs: undefined,
        offerUntilMs: undefined,
      },
    ]);
  });
});

describe('steps that change nothing', () => {
  it.each(['idle', 'unknown', 'expired', 'withdrawn', 'requested', 'constructor', ''])(
    'status %j is noted only',
    (status) => {
      const { outcomes, latest } = run([step(1, 'received'), step(2, status)]);
      expect(outcomes).toEqual(['changed', 'noted']);
      expect(latest?.status).toBe('received');
    },
  );

  it('bounds what a device says', () => {
    const { latest } = run([step(1, 'downloading', { progress: 1e9, reason: 'r'.repeat(5000) })]);
    expect(latest?.progress).toBe(100);
    expect(latest?.reason).toHaveLength(500);
    expect(run([step(1, 'downloading', { progress: Number.NaN })]).latest?.progress).toBeUndefined();
  });
});
