// The devices that speak through one gateway's socket: who is let in, who waits, who was refused. Bounded bookkeeping.

import type { AdmittedDevice, RefusalCode } from './dialect.js';
import type { Held } from './held.js';

export interface Child<M> {
  readonly identifier: string;
  /** Absent while the registry is being asked. */
  device: AdmittedDevice | undefined;
  /** When it last said something, by the edge's clock. */
  heardMs: number;
  /** How long it may be quiet before it is let go. */
  silenceMs: number;
  readonly held: Held<M>[];
}

export interface Refused {
  readonly code: RefusalCode;
  /** Until then the registry is not asked about it again. */
  readonly untilMs: number;
}

/** Mutable and owned by one session. */
export interface Children<C> {
  /** Bound of `members` and, apart, of `refused`. */
  readonly limit: number;
  readonly members: Map<string, C>;
  readonly refused: Map<string, Refused>;
}

export function noChildren<C>(limit: number): Children<C> {
  return { limit, members: new Map(), refused: new Map() };
}

/** What may be done about an identifier that is no member yet. */
export type Standing =
  | { readonly is: 'askable' }
  | { readonly is: 'refused'; readonly code: RefusalCode }
  | { readonly is: 'full' };

const askable: Standing = { is: 'askable' };
const full: Standing = { is: 'full' };

/** `full` also while too many were refused lately, so that a stream of invented names costs no stream of questions. */
export function standingOf<C>(children: Children<C>, identifier: string, now: number): Standing {
  const refused = children.refused.get(identifier);
  if (refused !== undefined) {
    if (now < refused.untilMs) return { is: 'refused', code: refused.code };
    children.refused.delete(identifier);
  }
  if (children.members.size >= children.limit) return full;
  if (children.refused.size >= children.limit) forgetRefused(children, now);
  return children.refused.size >= children.limit ? full : askable;
}

/** Remembers a refusal. As questions stop at `limit` remembered ones, there are never more than twice as many. */
export function refuseChild<C>(children: Children<C>, identifier: string, refused: Refused): void {
  children.members.delete(identifier);
  children.refused.set(identifier, refused);
}

function forgetRefused<C>(children: Children<C>, now: number): void {
  for (const [identifier, refused] of children.refused) {
    if (now >= refused.untilMs) children.refused.delete(identifier);
  }
}

/** Removes the admitted children that were quiet for too long, and returns them. */
export function takeSilent<C extends Child<unknown>>(
  children: Children<C>,
  now: number,
): readonly AdmittedDevice[] {
  const silent: AdmittedDevice[] = [];
  for (const child of children.members.values()) {
    if (child.device === undefined || now - child.heardMs < child.silenceMs) continue;
    children.members.delete(child.identifier);
    silent.push(child.device);
  }
  return silent;
}

/** Milliseconds until the first admitted child will have been quiet for too long; undefined when there is none. */
export function nextSilenceMs<C extends Child<unknown>>(
  children: Children<C>,
  now: number,
): number | undefined {
  let next: number | undefined;
  for (const child of children.members.values()) {
    if (child.device === undefined) continue;
    const left = Math.max(1, child.heardMs + child.silenceMs - now);
    if (next === undefined || left < next) next = left;
  }
  return next;
}

/**
 * Removes the child that was admitted elsewhere. One that came back here since has a newer epoch than the one
 * superseded, and stays.
 */
export function dropSuperseded<C extends Child<unknown>>(
  children: Children<C>,
  superseded: AdmittedDevice,
): void {
  for (const child of children.members.values()) {
    if (child.device !== undefined && isSuperseded(child.device, superseded)) {
      children.members.delete(child.identifier);
    }
  }
}

export function isSuperseded(mine: AdmittedDevice, superseded: AdmittedDevice): boolean {
  return mine.id === superseded.id && mine.epoch <= superseded.epoch;
}
