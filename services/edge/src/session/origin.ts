// Whom the rest of the edge is told that a session's questions come from.
import type { DialectName, Hello } from '../dialects/dialect.js';
import type { Origin } from './ports.js';

/** `traceparent` is the upgrade's span, if it is sampled. */
export function originOf(dialect: DialectName, hello: Hello, traceparent: string | undefined): Origin {
  const { connectionId, remoteAddress, policy } = hello;
  return { dialect, connectionId, remoteAddress, policy, traceparent };
}
