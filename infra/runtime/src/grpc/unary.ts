// Turns a function of a request into a gRPC handler: deadline, cancellation, faults, duration and log line.
import type { handleUnaryCall } from '@grpc/grpc-js';
import { type Call, OpenCall } from './call.js';
import { toStatus } from './status.js';

/** A handler whose Faults become statuses; anything else it throws becomes `internal` without its message. */
export function unary<Q, R>(handler: (request: Q, call: Call) => Promise<R>): handleUnaryCall<Q, R> {
  return (call, callback) => {
    const open = new OpenCall(call);
    const answer = async (): Promise<R> => handler(call.request, open);
    answer().then(
      (reply) => {
        open.answered();
        callback(null, reply);
      },
      (error: unknown) => {
        open.failed(error);
        callback(toStatus(error));
      },
    );
  };
}
