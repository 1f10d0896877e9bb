// How clients that know nothing but RFC 6455 close codes are told that the edge ends their connection.

import { type CloseCode, CloseReason, RefusalCode } from './dialect.js';

/** 1001 and 1013 invite the client back, 1008 tells it that the same again will fail again. */
export function plainCloseFor(reason: CloseReason): CloseCode {
  switch (reason) {
    case CloseReason.drain:
      return { code: 1001, text: 'Going away' };
    case CloseReason.operator:
      return { code: 1001, text: 'Closed by the operator' };
    case CloseReason.replaced:
      return { code: 1008, text: 'Replaced by a newer connection' };
    case CloseReason.tooFast:
      return { code: 1008, text: 'Too many messages' };
    case CloseReason.tooBig:
      return { code: 1009, text: 'Message too big' };
    case CloseReason.internal:
      return { code: 1011, text: 'Internal error' };
    case CloseReason.overload:
    case CloseReason.unavailable:
      return { code: 1013, text: 'Try again later' };
  }
}

/** What a refused admission does to the connection: the code for the device, the reason for its history. */
export interface RefusalClose {
  readonly close: CloseCode;
  readonly reason: string;
}

/** Only `exhausted` and `unavailable` pass with time, so only these get the code that invites back. */
export function refusalClose(code: RefusalCode): RefusalClose {
  switch (code) {
    case RefusalCode.notFound:
      return { close: { code: 1008, text: 'Unknown device' }, reason: 'device_not_found' };
    case RefusalCode.unauthenticated:
      return { close: { code: 1008, text: 'Not authenticated' }, reason: 'device_unauthenticated' };
    case RefusalCode.forbidden:
      return { close: { code: 1008, text: 'Not allowed' }, reason: 'device_forbidden' };
    case RefusalCode.invalid:
      return { close: { code: 1008, text: 'Invalid device' }, reason: 'device_invalid' };
    case RefusalCode.conflict:
      return { close: { code: 1008, text: 'Device conflict' }, reason: 'device_conflict' };
    case RefusalCode.exhausted:
      return {
        close: { code: 1013, text: 'Too many devices, try again later' },
        reason: 'admission_exhausted',
      };
    case RefusalCode.unavailable:
      return { close: { code: 1013, text: 'Try again later' }, reason: 'admission_unavailable' };
  }
}
