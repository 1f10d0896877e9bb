// Decides how long to wait before something is tried again.

/** In milliseconds: the wait is drawn between 0 and `baseMs`, doubled with each attempt up to `capMs`; never below `leastMs`. */
interface Row {
  readonly baseMs: number;
  readonly capMs: number;
  readonly leastMs: number;
}

const paces = {
  /** The other side asked to come back: only so that not all come at once. */
  soon: { baseMs: 1_000, capMs: 5_000, leastMs: 50 },
  /** Something failed that may work in a moment. A session is held for 15 s, so the first attempts are quick. */
  usual: { baseMs: 500, capMs: 30_000, leastMs: 100 },
  /** Asking again changes little before somebody does something. */
  slow: { baseMs: 10_000, capMs: 120_000, leastMs: 5_000 },
} as const satisfies Readonly<Record<string, Row>>;

export type Pace = keyof typeof paces;

/** The wait before attempt number `attempt` (0 for the first repetition). `random` is in [0, 1): full jitter. */
export function backoffMs(pace: Pace, attempt: number, random: number): number {
  const { baseMs, capMs, leastMs } = paces[pace];
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.max(leastMs, Math.round(random * ceiling));
}
