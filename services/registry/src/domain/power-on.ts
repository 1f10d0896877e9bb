// Decides how a plug that says hello is switched, if at all (kinetid.md 4 and 5.3).
import { PowerOn } from './desired.js';

/** A plug's hello, and what is known of the plug. */
export interface PlugArrival {
  /** What tells this start of the plug from others; empty when it does not say. */
  readonly instance: string;
  readonly started: boolean;
  /** The instance before; empty when it never said. */
  readonly knownInstance: string;
  /** Whether it said hello on this session before. */
  readonly sameSession: boolean;
  /** How the session before this one ended; undefined when there was none. */
  readonly previousEnd: string | undefined;
  readonly desiredOn: boolean | undefined;
  readonly desiredUntilMs: number | undefined;
  readonly powerOn: PowerOn;
  /** The last state that it said. */
  readonly lastOn: boolean | undefined;
  /** Whether it said something of itself on this session: that comes another way, and may come later. */
  readonly heard: boolean;
  readonly nowMs: number;
}

/** Ends of sessions that say nothing of the plug's power. */
const POWERED_ENDS: ReadonlySet<string> = new Set(['replaced', 'drain', 'superseded', 'edge_lost']);

/** What it is to be switched to; undefined when it is left as it is. */
export function switchOnArrival(plug: PlugArrival): boolean | undefined {
  const restarted = powerCameBack(plug);
  const wanted = restarted ? byPolicy(plug) : lasting(plug);
  // What it said before still holds for one that says that it has not started anew since.
  const holds = plug.heard || (!restarted && plug.instance !== '');
  return holds && wanted === plug.lastOn ? undefined : wanted;
}

/** A plug that names no instance is taken to have lost its power when its session ended by itself. */
function powerCameBack({ instance, started, knownInstance, sameSession, previousEnd }: PlugArrival): boolean {
  if (instance !== '') return started && instance !== knownInstance;
  return !sameSession && previousEnd !== undefined && !POWERED_ENDS.has(previousEnd);
}

function byPolicy(plug: PlugArrival): boolean | undefined {
  switch (plug.powerOn) {
    case PowerOn.on:
      return true;
    case PowerOn.off:
      return false;
    case PowerOn.restore:
      return plug.desiredOn ?? plug.lastOn;
    case PowerOn.leave:
      return lasting(plug);
  }
}

function lasting({ desiredOn, desiredUntilMs, nowMs }: PlugArrival): boolean | undefined {
  return desiredUntilMs === undefined || desiredUntilMs > nowMs ? desiredOn : undefined;
}
