// Keeps the rules in memory as the database has them: all at the start and now and then, what changed twice a second.
import { asFault, type Clock, isFault, Latch, type Runnable, retry } from '@mooring/runtime';
import { RuleBook } from '../domain/alarm-rule-book.js';
import { rulesSince } from '../store/alarm-rules.js';
import type { Pool } from '../store/hot-pool.js';
import { rulesNotRead } from './events.js';

const LOOK_MS = 500;
const AT_ONCE = 5_000;
/** Rules that went away while nothing came of their devices are forgotten then. */
const ANEW_MS = 10 * 60_000;

export function alarmRules(pool: Pool, clock: Clock) {
  const book = new RuleBook();
  const latch = new Latch();
  let revision = 0n;
  let readAnewMs = 0;

  async function readSince(from: bigint, into: RuleBook): Promise<bigint> {
    let reached = from;
    for (;;) {
      const { rules, revision: next } = await rulesSince(pool, reached, AT_ONCE);
      into.take(rules);
      reached = next;
      if (rules.length < AT_ONCE) return reached;
    }
  }

  async function readAll(): Promise<void> {
    const fresh = new RuleBook();
    revision = await readSince(0n, fresh);
    book.become(fresh);
    readAnewMs = clock.now();
  }

  async function look(): Promise<void> {
    try {
      if (clock.now() - readAnewMs >= ANEW_MS) await readAll();
      else revision = await readSince(revision, book);
    } catch (error) {
      rulesNotRead(asFault(error));
    }
  }

  return {
    book,

    /** Says that a rule was changed here. */
    poke(): void {
      latch.announce();
    },

    /** Ready when all rules are known. */
    runnable: {
      name: 'alarm rules',
      async run({ signal, ready }) {
        await retry(readAll, {
          signal,
          forever: true,
          on: (fault) => isFault(fault, 'unavailable') || isFault(fault, 'deadline'),
          baseMs: 250,
          maxMs: 5_000,
        });
        ready();
        while (!signal.aborted) {
          await latch.next(signal, LOOK_MS);
          if (!signal.aborted) await look();
        }
      },
    } satisfies Runnable,
  };
}
