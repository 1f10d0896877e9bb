// Decides how far a group's rollout is: its phases, their soak and health gate, when it pauses and when it is complete.
import type { DeploymentGroup, GroupProgress, Phase } from './group.js';

/** What is counted of a group's devices. */
export interface Counts {
  readonly devices: number;
  /** On the firmware, or offered this release before. */
  readonly taken: number;
  /** Updates of this release. */
  readonly inFlight: number;
  /** May get the firmware and do not have it. */
  readonly lacking: number;
  /** Of those that are taken: lack it and would be offered it now. */
  readonly retryable: number;
  /** Were brought to the firmware by this release and have said that it is not validated. */
  readonly notValidated: number;
}

const MINUTE_MS = 60_000;

/** The group at `nowMs`. One that is inactive or paused stays as it is. */
export function advanced(group: DeploymentGroup, counts: Counts, nowMs: number): DeploymentGroup {
  if (!group.isActive || group.state === 'paused') return group;
  if (counts.devices > 0 && counts.lacking === 0 && counts.inFlight === 0) {
    return { ...group, state: 'complete' };
  }
  const phase = group.phases[group.phase];
  if (phase === undefined) return { ...group, state: 'running' };
  if (group.phaseLimit === undefined) {
    if (counts.devices === 0) return { ...group, state: 'running' };
    return advanced(
      { ...group, state: 'running', phaseLimit: limitOf(phase, counts.devices) },
      counts,
      nowMs,
    );
  }
  if (group.soakUntilMs === undefined) {
    const isDone = counts.taken >= group.phaseLimit && counts.inFlight === 0 && counts.retryable === 0;
    if (!isDone) return { ...group, state: 'running' };
    return advanced({ ...group, soakUntilMs: nowMs + phase.soakMinutes * MINUTE_MS }, counts, nowMs);
  }
  if (nowMs < group.soakUntilMs) return { ...group, state: 'soaking' };
  if (isTooMany(group.phaseFailures + counts.notValidated, phase.maxFailures)) {
    return paused({ ...group, soakUntilMs: undefined }, `health gate of phase ${group.phase}`);
  }
  const next = { phase: group.phase + 1, phaseLimit: undefined, phaseFailures: 0, soakUntilMs: undefined };
  return advanced({ ...group, ...next, state: 'running' }, counts, nowMs);
}

/** How many devices may be taken in that were not before. */
export function room(group: DeploymentGroup, { taken }: Counts): number {
  if (group.phase >= group.phases.length) return Number.POSITIVE_INFINITY;
  if (group.state === 'soaking' || group.phaseLimit === undefined) return 0;
  return Math.max(0, group.phaseLimit - taken);
}

/** The group after so many updates of its release failed, and so many devices of it fell back. */
export function withFailures(
  group: DeploymentGroup,
  { failed, unhealthy }: { readonly failed: number; readonly unhealthy: number },
): DeploymentGroup {
  const counted: DeploymentGroup = {
    ...group,
    failures: group.failures + failed,
    phaseFailures: group.phaseFailures + failed + unhealthy,
  };
  if (!group.isActive || group.state === 'paused') return counted;
  if (counted.failures >= group.failureThreshold) return paused(counted, 'failure threshold');
  const limit = group.phases[group.phase]?.maxFailures;
  if (isTooMany(counted.phaseFailures, limit)) return paused(counted, `health gate of phase ${group.phase}`);
  return counted;
}

/** Nobody else is offered it. */
export function paused(group: DeploymentGroup, reason: string): DeploymentGroup {
  return { ...group, state: 'paused', reason };
}

/** Goes on, counting failures anew; a soak begins anew too. */
export function resumed(group: DeploymentGroup): DeploymentGroup {
  const again = { reason: '', failures: 0, phaseFailures: 0, soakUntilMs: undefined };
  return { ...group, ...again, state: 'running' };
}

/** The progress of a group that is switched on or off. */
export function switched(group: GroupProgress, isActive: boolean): Partial<GroupProgress> {
  if (isActive === group.isActive) return {};
  if (!isActive) return { isActive, state: 'inactive', reason: '', soakUntilMs: undefined };
  return { isActive, state: 'running', reason: '', failures: 0, phaseFailures: 0 };
}

function limitOf({ size }: Phase, devices: number): number {
  if ('count' in size) return Math.min(size.count, devices);
  return Math.max(1, Math.ceil((devices * size.percent) / 100));
}

// The first failure is too many where none is allowed.
function isTooMany(failures: number, limit: number | undefined): boolean {
  return limit !== undefined && failures > 0 && failures >= limit;
}
