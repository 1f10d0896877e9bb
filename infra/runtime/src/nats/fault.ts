// Decides which Fault each failure of NATS is, and how a Fault crosses the bus as a reply.
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { errors, headers, type MsgHdrs } from '@nats-io/transport-node';
import { asFault, Fault, type FaultCode, faultTable, isFault } from '../fault.js';

/** The same fault, or what went wrong with NATS while doing `what`, as one. */
export function natsFault(error: unknown, what: string): Fault {
  if (isFault(error)) return error;
  return new Fault(codeOf(error), `${what}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function codeOf(error: unknown): FaultCode {
  if (error instanceof JetStreamApiError) return apiCode(error);
  if (error instanceof errors.TimeoutError) return 'deadline';
  if (error instanceof errors.InvalidArgumentError || error instanceof errors.InvalidSubjectError)
    return 'invalid';
  if (error instanceof errors.PermissionViolationError) return 'forbidden';
  if (error instanceof TypeError) return 'internal';
  // What is left is a connection that is closed, draining or cut, a server that refuses, or nobody listening.
  return 'unavailable';
}

// The server's numbers: https://github.com/nats-io/nats-server/blob/main/server/errors.json
const SIZE_EXCEEDED = 10054;
const NAME_IN_USE = 10058;

function apiCode(error: JetStreamApiError): FaultCode {
  if (error.code === JetStreamApiCodes.NoMessageFound) return 'not_found';
  if (error.code === JetStreamApiCodes.StreamNotFound) return 'unavailable';
  if (error.code === JetStreamApiCodes.ConsumerNotFound) return 'unavailable';
  if (error.code === SIZE_EXCEEDED) return 'invalid';
  if (error.code === NAME_IN_USE) return 'conflict';
  return error.status >= 400 && error.status < 500 ? 'invalid' : 'unavailable';
}

const FAULT_HEADER = 'Mooring-Fault';

/** A fault as the reply to a request. The message of `internal` stays here. */
export function faultReply(error: unknown): { headers: MsgHdrs; data: string } {
  const fault = asFault(error);
  const carried = headers();
  carried.set(FAULT_HEADER, fault.code);
  const message = fault.code === 'internal' ? 'internal error' : fault.message;
  return { headers: carried, data: JSON.stringify({ message, details: fault.details }) };
}

/** The fault that a reply is, or undefined when it is an answer. */
export function replyFault(reply: { headers?: MsgHdrs; json<T>(): T }): Fault | undefined {
  const given = reply.headers?.get(FAULT_HEADER);
  if (!given) return undefined;
  const code = faultTable.find((row) => row.code === given)?.code ?? 'internal';
  const { message, details } = reply.json<Pick<Fault, 'message' | 'details'>>();
  return new Fault(code, message, { details });
}
