// Decides what energy a cumulative counter shows to have gone through a plug, whatever the counter does (kinetid.md 5.3).

/** What a counter showed at a moment: epoch milliseconds, watt hours. */
export interface CounterReading {
  readonly timeMs: number;
  readonly wh: number;
}

/** A reading that later ones are measured against, and the watt hours that may come on top of what time allows. */
interface Anchor extends CounterReading {
  readonly spareWh: number;
}

/** Readings that do not go on from the anchor: a dip or spike that will pass, or a counter that goes on from there. */
export interface Candidate extends Anchor {
  readonly sinceMs: number;
  readonly sinceWh: number;
  readonly readings: number;
}

/** All that is remembered of a counter. */
export interface MeterState extends Anchor {
  readonly candidate: Candidate | undefined;
}

/** Energy that was used between two moments, in epoch milliseconds; nobody knows when in between. Never negative. */
export interface Increment {
  readonly fromMs: number;
  readonly toMs: number;
  readonly wh: number;
}

/** What a reading changes. */
export interface Followed {
  readonly state: MeterState;
  readonly increment?: Increment;
}

/** No plug carries more (kinetid.md 5.1). */
const MAX_POWER_W = 4600;
const HOUR_MS = 3_600_000;
/** A minute's worth, which a report that comes late, and the next one that does not, need between them. */
const MAX_SPARE_WH = MAX_POWER_W / 60;
/** A dip or spike is over before either; what stays is a counter that was set to something else. */
const MAX_DIP_READINGS = 2;
const MAX_DIP_MS = 600_000;
/** After a longer silence the counter starts anew: spreading years of energy would say nothing about any day. */
const MAX_GAP_MS = 366 * 24 * HOUR_MS;

/**
 * Follows a counter by one reading. One that is older than the newest changes nothing. All increments of a counter
 * together are at most what 4600 W carry in the time since its first reading, and a minute's worth more.
 */
export function follow(state: MeterState | undefined, reading: CounterReading): Followed {
  if (state === undefined) return { state: startAt(reading) };
  const newestMs = state.candidate?.timeMs ?? state.timeMs;
  if (!(reading.wh >= 0) || reading.timeMs < newestMs) return { state };
  if (reading.timeMs - state.timeMs > MAX_GAP_MS) return { state: startAt(reading) };

  const next = advance(state, reading);
  if (next !== undefined) {
    const increment = { fromMs: state.timeMs, toMs: reading.timeMs, wh: reading.wh - state.wh };
    return { state: { ...next, candidate: undefined }, increment };
  }
  return followAside(state, reading);
}

function startAt({ timeMs, wh }: CounterReading): MeterState {
  return { timeMs, wh, spareWh: MAX_SPARE_WH, candidate: undefined };
}

/** The anchor moved on to the reading; undefined when no plug could have got from one to the other. */
function advance(anchor: Anchor, { timeMs, wh }: CounterReading): Anchor | undefined {
  const left = allowedWh(anchor, timeMs) - (wh - anchor.wh);
  if (wh < anchor.wh || left < 0) return undefined;
  return { timeMs, wh, spareWh: Math.min(left, MAX_SPARE_WH) };
}

function allowedWh({ timeMs, spareWh }: Anchor, atMs: number): number {
  return spareWh + (MAX_POWER_W * (atMs - timeMs)) / HOUR_MS;
}

/** A reading that does not go on from the anchor goes on from the candidate, or is the next one. */
function followAside(state: MeterState, reading: CounterReading): Followed {
  const { candidate } = state;
  const next = candidate && advance(candidate, reading);
  if (candidate === undefined || next === undefined) {
    const { timeMs, wh } = reading;
    const spareWh = Math.min(allowedWh(state, timeMs), MAX_SPARE_WH);
    const started = { timeMs, wh, spareWh, sinceMs: timeMs, sinceWh: wh, readings: 1 };
    return { state: { ...state, candidate: started } };
  }
  const { sinceMs, sinceWh } = candidate;
  const readings = candidate.readings + 1;
  if (readings <= MAX_DIP_READINGS && reading.timeMs - sinceMs < MAX_DIP_MS) {
    return { state: { ...state, candidate: { ...next, sinceMs, sinceWh, readings } } };
  }
  const increment = { fromMs: sinceMs, toMs: reading.timeMs, wh: reading.wh - sinceWh };
  return { state: { ...next, candidate: undefined }, increment };
}
