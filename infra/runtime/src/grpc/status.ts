// Decides how a Fault crosses gRPC: its code as the status, all of it in a trailing header.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { asFault, Fault, type FaultCode, type FaultDetail, faultRow, faultTable } from '../fault.js';

const FAULT_KEY = 'mooring-fault-bin';

// HTTP/2 peers refuse large header blocks, 16 KiB in Node; the status message takes its share.
const MAX_FAULT_BYTES = 4_096;
const MAX_MESSAGE_CHARS = 1_024;

/** What a handler gives gRPC when it fails. */
export type FaultStatus = Error & {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
};

interface Carried {
  readonly code: FaultCode;
  readonly message: string;
  readonly details?: readonly FaultDetail[];
}

/** A fault as a status. The message of `internal` stays on this side; details that are too large are left out. */
export function toStatus(error: unknown): FaultStatus {
  const fault = asFault(error);
  const hidden = fault.code === 'internal';
  const message = hidden ? 'internal error' : fault.message.slice(0, MAX_MESSAGE_CHARS);
  const metadata = new Metadata();
  const details = hidden || fault.details === undefined ? {} : { details: fault.details };
  metadata.set(FAULT_KEY, carry({ code: fault.code, message, ...details }));
  return Object.assign(new Error(message), { code: faultRow(fault.code).grpc, details: message, metadata });
}

function carry(carried: Carried): Buffer {
  const whole = Buffer.from(JSON.stringify(carried));
  if (whole.length <= MAX_FAULT_BYTES) return whole;
  return Buffer.from(JSON.stringify({ code: carried.code, message: carried.message }));
}

/** The fault that a failed call to `method` stands for; the peer's own when it sent one. */
export function fromStatus(error: ServiceError, method: string): Fault {
  const carried = readCarried(error.metadata?.get(FAULT_KEY)[0]);
  if (carried !== undefined) {
    return new Fault(carried.code, carried.message, { cause: error, details: carried.details });
  }
  return new Fault(codeOf(error.code), `${method}: ${error.details}`, { cause: error });
}

function codeOf(code: number): FaultCode {
  // Cancelled by this side, or by a server that stops: nothing is known of the outcome.
  if (code === status.CANCELLED) return 'unavailable';
  return faultTable.find((row) => row.grpc === code)?.code ?? 'internal';
}

function readCarried(value: unknown): Carried | undefined {
  if (!Buffer.isBuffer(value)) return undefined;
  try {
    const carried: Partial<Carried> = JSON.parse(value.toString('utf8'));
    const code = faultTable.find((row) => row.code === carried.code)?.code;
    if (code === undefined) return undefined;
    const { message = code, details } = carried;
    return { code, message, ...(details === undefined ? {} : { details }) };
  } catch {
    // A peer that speaks another form still has its status, which is used then.
    return undefined;
  }
}
