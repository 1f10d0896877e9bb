// How long windows and waits are. A test that provokes every alert runs them all at a faster pace.

/** `5m`, `1h`, `3d`. */
export type Duration = `${number}${'s' | 'm' | 'h' | 'd'}`;

/** Durations at one pace. */
export interface Pace {
  /** As Prometheus writes it; never less than four seconds, which a rate needs at one scrape a second. */
  window(duration: Duration): string;
  /** As a number of seconds, for comparing ages with; never less than one. */
  seconds(duration: Duration): number;
}

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LEAST_WINDOW_S = 4;

/** `factor` 1 is what is shipped; with 1/60 an hour lasts a minute. */
export function pace(factor: number): Pace {
  const scaled = (duration: Duration): number => {
    const unit = duration.at(-1) as keyof typeof UNITS;
    return Number(duration.slice(0, -1)) * UNITS[unit] * factor;
  };
  return {
    window: (duration) => written(Math.max(LEAST_WINDOW_S, Math.ceil(scaled(duration)))),
    seconds: (duration) => Math.max(1, scaled(duration)),
  };
}

function written(seconds: number): string {
  for (const [unit, length] of [
    ['d', UNITS.d],
    ['h', UNITS.h],
    ['m', UNITS.m],
  ] as const) {
    if (seconds % length === 0) return `${seconds / length}${unit}`;
  }
  return `${seconds}s`;
}
