// Decides what a claimed printer's request for its key leads to.

/** Where a bridge stands with a printer that asked through it. */
export const KeyRequestState = {
  /** The printer is nobody's. */
  unclaimed: 'unclaimed',
  /** Its owner must decide: it is known behind another bridge. */
  waiting: 'waiting',
  allowed: 'allowed',
  denied: 'denied',
} as const;
export type KeyRequestState = (typeof KeyRequestState)[keyof typeof KeyRequestState];

/** A printer's requests through one bridge, as its owner sees them. */
export interface DeviceKeyRequest {
  readonly id: string;
  readonly bridgeIdentifier: string;
  /** Only when the bridge is of the printer's organization. */
  readonly bridgeId: string | undefined;
  readonly state: KeyRequestState;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly count: number;
}

/** What became of the command that the key was last sent with. */
export type LastSend = 'none' | 'underway' | 'succeeded' | 'failed';

/** One request of a printer that has a key, and what went before it. */
export interface Asking {
  readonly nowMs: number;
  readonly state: KeyRequestState;
  /** Whether the printer's key is allowed through another bridge. */
  readonly allowedElsewhere: boolean;
  /** The request before this one; absent for the first. */
  readonly askedMs: number | undefined;
  readonly sentMs: number | undefined;
  /** How often the key was sent since the printer was last heard. */
  readonly sentCount: number;
  readonly refused: boolean;
  readonly lastSend: LastSend;
  /** When the bridge's session began; absent while it has none. */
  readonly bridgeSinceMs: number | undefined;
  /** When the printer was last heard by other means. */
  readonly heardMs: number | undefined;
}

export interface KeyDecision {
  readonly state: KeyRequestState;
  readonly send: boolean;
  /** Without the sending that is decided here. */
  readonly sentCount: number;
  /** The printer does not take the key: it was most likely reset since. */
  readonly refused: boolean;
}

const SEND_EVERY_MS = 10_000;
/** How often a key is sent that does not help; also the pause after which asking counts as new. */
const SEND_IN_VAIN_EVERY_MS = 5 * 60_000;
/** One request more is usual after the key was stored (berg.md 4.4). */
const USUAL_SENDS = 3;

/** Bridges forget keys when they restart, so asking again is usual and answered (berg.md 4.4). */
export function decideKey(asking: Asking): KeyDecision {
  const { nowMs, askedMs, sentMs, heardMs, bridgeSinceMs, lastSend } = asking;
  const state = standing(asking);
  const anew =
    sentMs === undefined ||
    (heardMs !== undefined && heardMs > sentMs) ||
    (askedMs !== undefined && nowMs - askedMs > SEND_IN_VAIN_EVERY_MS);
  const sentCount = anew ? 0 : asking.sentCount;
  const refused = !anew && (asking.refused || (sentCount > USUAL_SENDS && lastSend === 'succeeded'));
  const everyMs = refused ? SEND_IN_VAIN_EVERY_MS : SEND_EVERY_MS;
  // A bridge that came back has most likely restarted, and then holds no keys.
  const cameBack = !refused && sentMs !== undefined && bridgeSinceMs !== undefined && bridgeSinceMs > sentMs;
  const due = sentMs === undefined || cameBack || nowMs - sentMs >= everyMs;
  const send = state === KeyRequestState.allowed && due && lastSend !== 'underway';
  return { state, send, sentCount, refused };
}

/** The first bridge that a claimed printer asks through is its own; any other one is its owner's to decide (berg.md 6). */
function standing({ state, allowedElsewhere }: Asking): KeyRequestState {
  if (state !== KeyRequestState.unclaimed) return state;
  return allowedElsewhere ? KeyRequestState.waiting : KeyRequestState.allowed;
}
