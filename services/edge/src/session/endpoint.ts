// Binds a path to a dialect whatever its state type is, so that one table can hold them all.
import type { CloseReason, Dialect, DialectName, Hello, Limits } from '../dialects/dialect.js';
import type { UpgradeAnswer, UpgradeDecision, UpgradeVerdict } from '../dialects/upgrade.js';
import type { LiveSession, Peer, SessionPorts } from './ports.js';
import type { SessionSettings } from './rate.js';
import { Session } from './session.js';

const NOT_ASKED: UpgradeVerdict = { accept: false, status: '401 Unauthorized', headers: {}, body: '' };

/** A path of the edge and what answers there. */
export interface Endpoint {
  readonly path: string;
  readonly dialect: DialectName;
  readonly limits: Limits;
  upgrade(hello: Hello): UpgradeDecision;
  answered(hello: Hello, answer: UpgradeAnswer): UpgradeVerdict;
  /** `traceparent` is the upgrade's span, if it is sampled. */
  start(
    hello: Hello,
    peer: Peer,
    ports: SessionPorts,
    settings: SessionSettings,
    traceparent?: string,
  ): LiveSession;
  closeFor(reason: CloseReason): { readonly code: number; readonly text: string };
}

export function endpoint<S>(path: string, dialect: Dialect<S>): Endpoint {
  return {
    path,
    dialect: dialect.name,
    limits: dialect.limits,
    upgrade: (hello) => dialect.upgrade(hello),
    // A dialect that asks nothing has no answer to take, and lets nobody in by one.
    answered: (hello, answer) => dialect.answered?.(hello, answer) ?? NOT_ASKED,
    start: (...parts) => new Session(dialect, ...parts),
    closeFor: (reason) => dialect.closeFor(reason),
  };
}
