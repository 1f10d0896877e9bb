// Decides what a step of an update means beside the update itself: an attempt has begun, an order goes on, or it is over.
import { afterEnd, type Report } from './ending.js';
import { attempted } from './fleet.js';
import type { Decision, Held, Surroundings } from './held.js';
import type { Note } from './note.js';
import { type Step, takeStep } from './step.js';
import type { DeviceUpdate } from './update.js';

/** What a step did, for the counters. */
export type StepKind = 'changed' | 'noted' | 'repeated';

/** A step with what the device said beside it. */
export type ReportedStep = Step & Report;

export function takeProgress(
  held: Held,
  step: ReportedStep,
  around: Surroundings,
): { readonly decision: Decision; readonly kind: StepKind } {
  const outcome = takeStep(held.latest, step, around.nowMs, around.newId);
  if (outcome.kind !== 'changed') return { decision: { held, written: [], notes: [] }, kind: outcome.kind };
  const { update, written } = outcome;
  const start = began(held, update, around.nowMs);
  const decision =
    update.endedAtMs === undefined ? start : joined(start, afterEnd(start.held, update, step, around));
  return { decision: { ...decision, written }, kind: 'changed' };
}

/** The update's first change since it was offered counts as an attempt, and tells whoever ordered it. */
export function began({ device, latest }: Held, update: DeviceUpdate, nowMs: number): Decision {
  const isFirst = latest?.id === update.id && latest.status === 'requested' && update.status !== 'requested';
  const notes: Note[] = [];
  if (isFirst && update.order !== undefined) {
    const { deviceId, number: deviceNumber } = device;
    const { commandNumber } = update.order;
    const step = { deviceId, deviceNumber, commandNumber, outcome: 'acknowledged' } as const;
    notes.push({ note: 'order', ...step, code: '', message: '', atMs: update.updatedAtMs });
  }
  const counts = isFirst && update.place !== undefined;
  const tried = counts ? attempted(device, nowMs) : device;
  return { held: { device: tried, latest: update }, written: [update], notes };
}

function joined(first: Decision, second: Decision): Decision {
  return { ...second, notes: [...first.notes, ...second.notes] };
}
