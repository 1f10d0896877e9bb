// How NervesHub clients are told that the edge ends their connection. Never 1000: old npm clients stay away after it.
import { type CloseCode, CloseReason } from '../dialect.js';
import type { Malformed } from './message.js';

/** All clients come back after these (nerveshub.md, 2.7). */
export function closeFor(reason: CloseReason): CloseCode {
  switch (reason) {
    case CloseReason.drain:
      return { code: 1012, text: 'service restart' };
    case CloseReason.replaced:
      return { code: 1001, text: 'replaced by a newer connection' };
    case CloseReason.operator:
      return { code: 1001, text: 'closed by the operator' };
    case CloseReason.tooBig:
      return { code: 1009, text: 'frame too big' };
    case CloseReason.tooFast:
      return { code: 1008, text: 'too many frames' };
    case CloseReason.overload:
    case CloseReason.unavailable:
      return { code: 1013, text: 'try again later' };
    case CloseReason.internal:
      return { code: 1011, text: 'internal error' };
  }
}

/** RFC 6455 has a code of its own for text that is not UTF-8; the reference closes with 1011 for the rest. */
export function closeForMalformed(malformed: Malformed): CloseCode {
  return malformed.what === 'utf8'
    ? { code: 1007, text: 'not utf-8' }
    : { code: 1011, text: `malformed: ${malformed.what}` };
}
