// Prisma on the runtime's pool, and what its errors mean as faults.
import { Fault, postgresFault } from '@mooring/runtime';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/client.js';
import type { Pool } from './sql.js';

/** Either the client or a transaction of it. */
export type Db = Prisma.TransactionClient;

export interface Orm {
  /** Runs reads that need no common snapshot. */
  read<T>(fn: (db: Db) => Promise<T>): Promise<T>;
  /** Runs everything in one transaction of at most ten seconds. */
  transact<T>(fn: (db: Db) => Promise<T>): Promise<T>;
}

export function orm(pool: Pool): Orm {
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  return {
    read: (fn) => faulting(() => fn(prisma)),
    transact: (fn) => faulting(() => prisma.$transaction(fn, { maxWait: 5_000, timeout: 10_000 })),
  };
}

async function faulting<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw ormFault(error);
  }
}

// Prisma's own: no connection or transaction could be had in time.
const EXHAUSTED = new Set(['P2024', 'P2028', 'P2037']);

function ormFault(error: unknown): Fault {
  if (error instanceof Prisma.PrismaClientKnownRequestError && EXHAUSTED.has(error.code)) {
    return new Fault('unavailable', 'the database is too busy', { cause: error });
  }
  return postgresFault(error);
}
