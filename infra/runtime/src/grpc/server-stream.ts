// Turns a function that yields replies into a gRPC handler, no faster than the caller reads.
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { type Call, OpenCall } from './call.js';
import { drained } from './drained.js';
import { toStatus } from './status.js';

/**
 * A handler that sends what the iterable yields. When the caller leaves, the iterable is ended at its next yield; one
 * that waits for something else must end by the call's signal. Faults as in `unary`.
 */
export function serverStream<Q, R>(
  handler: (request: Q, call: Call) => AsyncIterable<R>,
): handleServerStreamingCall<Q, R> {
  return (call) => {
    const open = new OpenCall(call);
    send(call, handler, open).then(
      () => {
        open.answered();
        call.end();
      },
      (error: unknown) => {
        open.failed(error);
        call.emit('error', toStatus(error));
      },
    );
  };
}

async function send<Q, R>(
  call: ServerWritableStream<Q, R>,
  handler: (request: Q, call: Call) => AsyncIterable<R>,
  open: OpenCall,
): Promise<void> {
  const { signal } = open;
  for await (const reply of handler(call.request, open)) {
    signal.throwIfAborted();
    if (!call.write(reply)) await drained(call, signal);
    signal.throwIfAborted();
  }
}
