// The close codes of the camera and viewer sockets, and how either is told that the edge ends the connection.
import { type CloseCode, CloseReason, type Limits } from '../dialect.js';

/** Closes that a peer's own doing brings about. 1008 texts are those of camera.md, sections 3 and 7. */
export const Close = {
  expectedHello: { code: 1008, text: 'Expected hello message' },
  helloTimeout: { code: 1008, text: 'Hello timeout' },
  missingDeviceId: { code: 1008, text: 'Missing device_id' },
  invalidDeviceId: { code: 1008, text: 'Invalid device_id' },
  missingToken: { code: 1008, text: 'Missing token' },
  deviceNotFound: { code: 1008, text: 'Device not found' },
  invalidToken: { code: 1008, text: 'Invalid token' },
  unauthorized: { code: 1008, text: 'Unauthorized' },
  replaced: { code: 1008, text: 'Replaced by a new connection' },
  tooFast: { code: 1008, text: 'Rate limit exceeded' },
  operator: { code: 1008, text: 'Closed by an operator' },
  binary: { code: 1003, text: 'Text frames only' },
  goingAway: { code: 1001, text: 'Going away' },
  tooBig: { code: 1009, text: 'Message too big' },
  internal: { code: 1011, text: 'Internal error' },
  tryLater: { code: 1013, text: 'Try again later' },
} as const satisfies Record<string, CloseCode>;

const byReason: Readonly<Record<CloseReason, CloseCode>> = {
  [CloseReason.drain]: Close.goingAway,
  [CloseReason.replaced]: Close.replaced,
  [CloseReason.overload]: Close.tryLater,
  [CloseReason.tooFast]: Close.tooFast,
  [CloseReason.tooBig]: Close.tooBig,
  [CloseReason.unavailable]: Close.tryLater,
  [CloseReason.internal]: Close.internal,
  [CloseReason.operator]: Close.operator,
};

export function closeFor(reason: CloseReason): CloseCode {
  return byReason[reason];
}

/**
 * 64 KiB holds a browser's offer ten times over; 96 s is three missed 30 s heartbeats rounded to what the sockets can
 * time; 20 frames a second with a burst of 60 lets candidates trickle (camera.md, section 2).
 */
export const limits: Limits = { maxFrameBytes: 64 * 1024, idleS: 96, framesPerS: 20, frameBurst: 60 };
