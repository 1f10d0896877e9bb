// What a peer is told when its hello is refused: whether to return, and if not, why.
import type { RefusalCode, Step } from '../dialect.js';
import { type Closed, end } from './arrival.js';
import { Close } from './close-codes.js';
import { close, Failure, fail, type Request } from './replies.js';

/** An error message first where the peer is at fault, so that clients which hide close reasons still show it; then the close. */
export function refusal(hello: Request, code: RefusalCode, now: number): Step<Closed> {
  switch (code) {
    case 'not_found':
      return end(close(Close.deviceNotFound, 'device_not_found'), fail(hello, Failure.deviceNotFound, now));
    case 'unauthenticated':
      return end(close(Close.invalidToken, 'token_invalid'), fail(hello, Failure.invalidToken, now));
    case 'forbidden':
      return end(close(Close.unauthorized, 'unauthorized'), fail(hello, Failure.unauthorized, now));
    case 'invalid':
      return end(close(Close.invalidDeviceId, 'device_id_invalid'), fail(hello, Failure.badRequest, now));
    case 'conflict':
    case 'exhausted':
    case 'unavailable':
      return end(close(Close.tryLater, code));
  }
}
