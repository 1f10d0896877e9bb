// Keeps book of when devices lost their socket and when they had the next one.

/** How long devices were away, and how fast they came. */
export interface Figures {
  readonly closes: number;
  readonly longestMs: number;
  readonly medianMs: number;
  /** Most connections that came within any second, and within any five. */
  readonly peakPerS: number;
  readonly peakPer5S: number;
}

export class Absences {
  readonly #since = new Map<string, number>();
  #away: number[] = [];

  /** What a simulated device is given for its log. */
  readonly log = (what: string, { identifier }: Readonly<Record<string, unknown>>): void => {
    const name = String(identifier);
    const now = performance.now();
    if (what === 'disconnected' && !this.#since.has(name)) this.#since.set(name, now);
    if (what !== 'connected') return;
    const since = this.#since.get(name);
    this.#since.delete(name);
    if (since !== undefined) this.#away.push(now - since);
  };

  /** Devices that are away now. */
  get missing(): number {
    return this.#since.size;
  }

  /** What happened since the last time, which is forgotten, with the times at which connections came. */
  take(arrivals: readonly number[]): Figures {
    const away = this.#away.sort((a, b) => a - b);
    const [peakPerS, peakPer5S] = [mostWithin(1_000, arrivals), mostWithin(5_000, arrivals)];
    this.#away = [];
    return {
      closes: away.length,
      longestMs: away.at(-1) ?? 0,
      medianMs: away[Math.floor(away.length / 2)] ?? 0,
      peakPerS,
      peakPer5S,
    };
  }
}

/** Most of the times, which ascend, that lie within one stretch of `ms`. */
function mostWithin(ms: number, times: readonly number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= ms) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
