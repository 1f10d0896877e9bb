// Decides what a failure of the database means to the caller.
import { asFault, Fault, type FaultCode, isFault } from '../fault.js';

// SQLSTATE classes and codes: PostgreSQL manual, appendix A. P codes: Prisma's error reference.
const MEANINGS: readonly (readonly [RegExp, FaultCode, string])[] = [
  // Connection exceptions, shutdown and start-up, out of resources, read-only after a failover.
  [/^(08...|57P0.|53...|25006)$/, 'unavailable', 'the database is unavailable'],
  [
    /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOSTUNREACH)$/,
    'unavailable',
    'the database is unavailable',
  ],
  [/^P(1001|1002|1008|1017|2024)$/, 'unavailable', 'the database is unavailable'],
  // Serialization failure, deadlock, lock not available: the same again may pass.
  [/^(40001|40P01|55P03|P2034)$/, 'unavailable', 'the database was too busy with the same rows'],
  [/^57014$/, 'deadline', 'the statement took too long'],
  [/^(23505|P2002)$/, 'conflict', 'the row exists already'],
  [/^(23503|P2003|P2025)$/, 'not_found', 'a row that this refers to does not exist'],
  [/^(22...|23514|23502|P2000)$/, 'invalid', 'the database refuses the value'],
];

// pg reports these by message only.
const LOST =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|query read timeout|can't reach database server/i;

/** Any error of pg, or of Prisma on top of it, as a fault with the original as its cause. A fault stays itself. */
export function postgresFault(error: unknown): Fault {
  if (isFault(error)) return error;
  for (const code of codesOf(error)) {
    for (const [pattern, meaning, message] of MEANINGS) {
      if (pattern.test(code)) return new Fault(meaning, message, { cause: error });
    }
  }
  if (error instanceof Error && LOST.test(error.message)) {
    return new Fault('unavailable', 'the database is unavailable', { cause: error });
  }
  return asFault(error);
}

/** The codes of an error and of what it wraps, outermost first. */
function* codesOf(error: unknown, depth = 0): Generator<string> {
  if (typeof error !== 'object' || error === null || depth > 4) return;
  const { code, originalCode, meta, driverAdapterError, cause } = error as Readonly<Record<string, unknown>>;
  for (const found of [code, originalCode]) if (typeof found === 'string') yield found;
  for (const inner of [meta, driverAdapterError, cause]) yield* codesOf(inner, depth + 1);
}
