// Connections for the statements that run hundreds of times a second, with the settings that they need.
import { postgresPool } from '@mooring/runtime';
import type { Pool } from './sql.js';

// Their plans are known: some hundred rows found by index. Compiling such a plan, or scanning a table because its
// statistics are young, costs more than running it.
const settings = { jit: 'off', enable_seqscan: 'off' };

/** For admissions alone: a statement must have ended before the edge is told that it failed; see DECIDE_LIMIT_MS. */
export function admissionPool(url: string): Pool {
  return postgresPool(url, { max: 2, name: 'registry admission', statementLimitMs: 4_000, settings });
}

/** For ends of sessions, facts and the outbox, whose relay keeps one connection for itself. */
export function hotPool(url: string): Pool {
  return postgresPool(url, { max: 4, name: 'registry hot', settings });
}

/** For commands on their way: claimed, delivered, answered. */
export function commandPool(url: string): Pool {
  return postgresPool(url, { max: 6, name: 'registry commands', settings });
}
