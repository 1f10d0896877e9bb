// Walks a rule through what came of a device, and names the alarms that begin and end on the way.
import { type Alarm, clear, raise } from './alarm.js';
import type { AlarmRule } from './alarm-rule.js';
import { fallSilent, type Step, step, type WatchedReading, type WatchState } from './alarm-step.js';

/** A rule and a device, and how the one stands for the other. */
export interface Watch {
  readonly rule: AlarmRule;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly state: WatchState;
  /** The open one; there is one exactly when the state is open. */
  readonly alarm?: Alarm;
}

export interface Walked {
  readonly watch: Watch;
  /** Alarms that began or ended, as they were then, in that order. */
  readonly changed: readonly Alarm[];
}

/** Readings in the order of time. `newId` names an alarm that begins. */
export function walk(
  watch: Watch,
  readings: readonly WatchedReading[],
  nowMs: number,
  newId: () => string,
): Walked {
  const changed: Alarm[] = [];
  let current = watch;
  for (const reading of readings) {
    const taken = step(current.rule, current.state, reading, nowMs);
    const { watch: next, changed: more } = follow(current, taken, newId, reading.timeMs, reading.value);
    changed.push(...more);
    current = next;
  }
  return { watch: current, changed };
}

/** The device has been silent until `heardUntilMs`, and everything that came until then is known. */
export function walkSilence(watch: Watch, heardUntilMs: number, newId: () => string): Walked {
  return follow(watch, fallSilent(watch.rule, watch.state, heardUntilMs), newId, heardUntilMs);
}

function follow(
  watch: Watch,
  { state, change }: Step,
  newId: () => string,
  atMs: number,
  value?: number,
): Walked {
  const { rule, deviceId, deviceNumber, alarm } = watch;
  const without = { rule, deviceId, deviceNumber, state };
  if (change === 'raised') {
    const about = { deviceId, deviceNumber, raisedAtMs: atMs, ...(value === undefined ? {} : { value }) };
    const raised = raise(newId(), rule, about);
    return { watch: { ...without, alarm: raised }, changed: [raised] };
  }
  if (change === 'cleared') {
    return { watch: without, changed: alarm === undefined ? [] : [clear(alarm, atMs)] };
  }
  return { watch: { ...watch, state }, changed: [] };
}
