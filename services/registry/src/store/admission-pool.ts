// The connections that only admissions use, with the settings that their statement needs.
import { postgresPool } from '@mooring/runtime';
import type { Pool } from './sql.js';

// The statement must have ended before the edge is told that it failed; see DECIDE_LIMIT_MS of the gatherer.
const STATEMENT_LIMIT_MS = 4_000;

// Its plan is known: a few hundred rows found by index. Compiling it, or scanning the table because the statistics are
// young, costs more than running it.
const settings = { jit: 'off', enable_seqscan: 'off' };

export function admissionPool(url: string): Pool {
  return postgresPool(url, {
    max: 2,
    name: 'registry admission',
    statementLimitMs: STATEMENT_LIMIT_MS,
    settings,
  });
}
