// Opens the database through Prisma, on a pool of the platform's own.
import type { postgresPool, transaction } from '@mooring/runtime';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

/** The pool type of the runtime. */
export type Pool = ReturnType<typeof postgresPool>;

/** A connection of it in a transaction. */
export type Client = Parameters<Parameters<typeof transaction>[1]>[0];

/** A client that borrows `pool` and does not close it. */
export function openDatabase(pool: Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
}

export type Database = PrismaClient;
