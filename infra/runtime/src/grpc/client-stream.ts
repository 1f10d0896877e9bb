// Turns a function of a stream of requests into a gRPC handler that answers once.
import type { handleClientStreamingCall } from '@grpc/grpc-js';
import { type Call, OpenCall } from './call.js';
import { toStatus } from './status.js';

/**
 * A handler that reads requests no faster than it works on them, and may answer before it has read them all. When the
 * caller leaves, the iterable throws the reason of the call's signal, or ends: on the wire a stream that is cut off ends
 * first and is cancelled a moment later, so one that must be whole says itself where its end is. Faults as in `unary`.
 */
export function clientStream<Q, R>(
  handler: (requests: AsyncIterable<Q>, call: Call) => Promise<R>,
): handleClientStreamingCall<Q, R> {
  return (call, callback) => {
    const open = new OpenCall(call);
    const { signal } = open;
    // A caller that is gone ends nothing: whoever reads would wait for ever.
    signal.addEventListener('abort', () => call.destroy(signal.reason), { once: true });
    // Told by the iterable to whoever reads.
    call.on('error', () => undefined);
    const answer = async (): Promise<R> => handler(call, open);
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
