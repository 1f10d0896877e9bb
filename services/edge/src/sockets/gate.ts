// Decides whether this edge takes one more connection at all, before any dialect is asked.
import type { DialectName } from '../dialects/dialect.js';
import { Rate } from '../session/rate.js';
import type { Networks } from './address.js';

export interface GateOptions {
  readonly maxConnections: number;
  /** New connections a second, of all and of one address. */
  readonly connectsPerS: number;
  readonly connectsPerSPerAddress: number;
  /** Where dialects without any credential on the wire may come from. */
  readonly plainNetworks: Networks;
  connections(): number;
  overloaded(): boolean;
  viewersShed(): boolean;
}

/** Why a connection is refused; `retry` ones may come again. */
export type Refusal = 'draining' | 'full' | 'overloaded' | 'too_many_connects' | 'network';

const PLAIN: ReadonlySet<DialectName> = new Set(['berg', 'kinetid']);
/** Dialects of people, who can come back later; what devices measure cannot be measured again. */
export const PEOPLE: ReadonlySet<DialectName> = new Set(['viewer', 'console']);
const MAX_ADDRESSES = 10_000;

export class Gate {
  readonly #options: GateOptions;
  readonly #all: Rate;
  readonly #addresses = new Map<string, Rate>();
  draining = false;

  constructor(options: GateOptions, nowMs: number) {
    this.#options = options;
    this.#all = new Rate(options.connectsPerS, options.connectsPerS, nowMs);
  }

  /** Undefined lets it pass. */
  check(dialect: DialectName, address: string, nowMs: number): Refusal | undefined {
    const options = this.#options;
    if (this.draining) return 'draining';
    if (options.connections() >= options.maxConnections) return 'full';
    if (options.overloaded() || (PEOPLE.has(dialect) && options.viewersShed())) return 'overloaded';
    if (PLAIN.has(dialect) && !options.plainNetworks.has(address)) return 'network';
    if (!this.#ofAddress(address, nowMs).take(nowMs) || !this.#all.take(nowMs)) return 'too_many_connects';
    return undefined;
  }

  // The oldest address is forgotten when there are too many: it starts with a full bucket if it comes again.
  #ofAddress(address: string, nowMs: number): Rate {
    const known = this.#addresses.get(address);
    if (known !== undefined) return known;
    if (this.#addresses.size >= MAX_ADDRESSES) {
      const [oldest] = this.#addresses.keys();
      if (oldest !== undefined) this.#addresses.delete(oldest);
    }
    const perS = this.#options.connectsPerSPerAddress;
    const rate = new Rate(perS, perS, nowMs);
    this.#addresses.set(address, rate);
    return rate;
  }
}
