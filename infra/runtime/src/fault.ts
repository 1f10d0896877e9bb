// The closed set of expected failures, and what each means to gRPC, to JetStream and to a WebSocket peer.

/** Closed subset of the gRPC canonical names, in lower case. */
export type FaultCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'exhausted'
  | 'unavailable'
  | 'deadline'
  | 'internal';

/** One field of a request and what is wrong with it. */
export interface FaultDetail {
  readonly field: string;
  readonly message: string;
}

/** What may accompany a fault. */
export interface FaultOptions {
  readonly cause?: unknown;
  readonly details?: readonly FaultDetail[] | undefined;
}

/** Thrown when something expected goes wrong at a boundary; the code alone decides what callers do about it. */
export class Fault extends Error {
  readonly code: FaultCode;
  declare readonly details?: readonly FaultDetail[];

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'Fault';
    this.code = code;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** Whether `error` is a fault, and, when a code is given, that fault. */
export function isFault(error: unknown, code?: FaultCode): error is Fault {
  return error instanceof Fault && (code === undefined || error.code === code);
}

/** What one code means outside. */
export interface FaultRow {
  readonly code: FaultCode;
  /** gRPC status code. */
  readonly grpc: number;
  /** What a consumer does with the message: never again, done, or again after a delay. */
  readonly jetstream: 'term' | 'ack' | 'retry';
  /** WebSocket close code; 4000-4499 tell the peer to come back, 4500-4999 not to. */
  readonly close: number | undefined;
  /** Whether a caller may repeat the same request without asking anyone. */
  readonly retryable: boolean;
}

/** One row per code. `internal` is redelivered by JetStream, but only until it is dead-lettered. */
export const faultTable: readonly FaultRow[] = [
  { code: 'invalid', grpc: 3, jetstream: 'term', close: 4500, retryable: false },
  { code: 'unauthenticated', grpc: 16, jetstream: 'term', close: 4501, retryable: false },
  { code: 'forbidden', grpc: 7, jetstream: 'term', close: 4503, retryable: false },
  { code: 'not_found', grpc: 5, jetstream: 'ack', close: undefined, retryable: false },
  { code: 'conflict', grpc: 6, jetstream: 'ack', close: undefined, retryable: false },
  { code: 'exhausted', grpc: 8, jetstream: 'retry', close: 4008, retryable: true },
  { code: 'unavailable', grpc: 14, jetstream: 'retry', close: 4001, retryable: true },
  { code: 'deadline', grpc: 4, jetstream: 'retry', close: 4001, retryable: true },
  { code: 'internal', grpc: 13, jetstream: 'retry', close: 4004, retryable: false },
];

const rows = new Map(faultTable.map((row) => [row.code, row]));

/** The row of a code. */
export function faultRow(code: FaultCode): FaultRow {
  const row = rows.get(code);
  if (row === undefined) throw new TypeError(`fault code ${code} has no row in faultTable`);
  return row;
}

/** The same fault, or anything else as `internal` with the original kept as its cause. */
export function asFault(error: unknown): Fault {
  if (isFault(error)) return error;
  return new Fault('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
