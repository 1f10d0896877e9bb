// Maps what Prisma throws to the platform's faults.
import { type Fault, postgresFault } from '@mooring/runtime';
import { Prisma } from './generated/client.js';

// https://www.prisma.io/docs/orm/reference/error-reference: cannot reach, timed out, closed, pool exhausted.
const CONNECTION_STATE = { P1001: '08001', P1002: '08001', P1008: '57014', P1017: '08006', P2024: '53300' };
const CONSTRAINT_STATE = { P2002: '23505', P2003: '23503', P2034: '40001' };
const sqlStates: Readonly<Record<string, string>> = { ...CONNECTION_STATE, ...CONSTRAINT_STATE };

/** The fault of an error of the store: by its SQLSTATE where one is known. */
export function storeFault(error: unknown): Fault {
  return postgresFault(originOf(error));
}

function originOf(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  const state = sqlStates[error.code] ?? driverState(error.meta);
  return state === undefined
    ? error
    : Object.assign(new Error(error.message, { cause: error }), { code: state });
}

// A raw statement's failure keeps the driver's own state in its depth.
function driverState(meta: Record<string, unknown> | undefined): string | undefined {
  const cause = member(member(meta, 'driverAdapterError'), 'cause');
  const state = member(cause, 'originalCode') ?? member(meta, 'code');
  return typeof state === 'string' ? state : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
