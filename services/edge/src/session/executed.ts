// What a session did with commands, so that one delivered again is answered again and not written again.
import type { CommandAction, Taken } from '../dialects/dialect.js';

/** A command for a device of this session. */
export interface GivenCommand {
  /** 1..2^32-1. */
  readonly number: number;
  /** How often it was written before: a higher one than was seen is written anew. */
  readonly repeat: number;
  readonly action: CommandAction;
}

/** What became of a command of which the dialect said nothing. */
export const UNSUPPORTED: Taken = {
  outcome: 'refused',
  code: 'unsupported',
  message: 'Devices of this family take no commands of this kind',
};

/** Commands remembered per session: far more than can be on their way to one device. */
const REMEMBERED = 64;

interface Written {
  readonly repeat: number;
  readonly taken: Taken;
}

/** What one step says about the command that it got. */
interface Step {
  taken: Taken | undefined;
  dropped: boolean;
}

/** Remembers the last 64 written commands. What was refused may be decided anew: nothing was written. */
export class Executed {
  readonly #written = new Map<number, Written>();
  #step: Step | undefined;

  /**
   * Runs `step`, unless the same command or a later repeat of it was written before, and answers what became of it.
   * Undefined when the dialect said nothing or its frame was dropped.
   */
  once({ number, repeat }: GivenCommand, step: () => void): Taken | undefined {
    const before = this.#written.get(number);
    if (before !== undefined && repeat <= before.repeat) return before.taken;
    const said: Step = { taken: undefined, dropped: false };
    this.#step = said;
    step();
    this.#step = undefined;
    if (said.dropped) return undefined;
    if (said.taken?.outcome === 'written') this.#remember(number, { repeat, taken: said.taken });
    return said.taken;
  }

  /** The dialect says what it did. */
  took(taken: Taken): void {
    if (this.#step !== undefined) this.#step.taken = taken;
  }

  /** A frame did not go out. */
  dropped(): void {
    if (this.#step !== undefined) this.#step.dropped = true;
  }

  #remember(number: number, written: Written): void {
    // Deleted first, so that the order of the map is the order of writing.
    this.#written.delete(number);
    this.#written.set(number, written);
    if (this.#written.size <= REMEMBERED) return;
    for (const oldest of this.#written.keys()) {
      this.#written.delete(oldest);
      break;
    }
  }
}
