// A token bucket for one socket's frames: two numbers, refilled by the time that passed.
import type { Limits } from '../dialects/dialect.js';

const MAX_ALLOWED = 1024;

/** Allows `perS` frames a second on average and `burst` at once. */
export class Rate {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #allowed = 0;
  #atMs: number;

  constructor(perS: number, burst: number, nowMs: number) {
    this.#perMs = perS / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one; false when none is left. A clock that runs back refills nothing. */
  take(nowMs: number): boolean {
    if (nowMs > this.#atMs) {
      this.#tokens = Math.min(this.#burst, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
      this.#atMs = nowMs;
    }
    if (this.#tokens >= 1) this.#tokens -= 1;
    else if (this.#allowed >= 1) this.#allowed -= 1;
    else return false;
    return true;
  }

  /** Allows that many frames on top, since they were asked for. Allowances that are not used add up to 1024. */
  allow(frames: number): void {
    this.#allowed = Math.min(MAX_ALLOWED, this.#allowed + frames);
  }
}

/** What a dialect's own limits are multiplied by; 1 for devices in the field. */
export interface SessionSettings {
  readonly frameRateFactor: number;
}

/** The rate of a dialect's sockets, multiplied. */
export function rateOf(
  { framesPerS, frameBurst }: Limits,
  { frameRateFactor }: SessionSettings,
  nowMs: number,
): Rate {
  return new Rate(framesPerS * frameRateFactor, frameBurst * frameRateFactor, nowMs);
}
