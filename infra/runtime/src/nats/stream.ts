// What a stream is, as data; nothing here talks to a server.
import type { Subject } from './subject.js';

/** A JetStream stream: kept in files, oldest messages dropped first when a limit is reached. */
export interface StreamDefinition {
  /** UPPER_SNAKE. */
  readonly name: string;
  /** All that it takes; no subject belongs to two streams. */
  readonly subjects: readonly Subject<string, unknown>[];
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** How long a message id is remembered; at most `maxAgeMs`. */
  readonly duplicateWindowMs: number;
  /** On a cluster; 3 when absent. A server on its own always keeps one. */
  readonly replicas?: number;
  /** Why it exists and why the limits are what they are, in a sentence. */
  readonly why: string;
}

/** Declares a stream. Throws a TypeError when it contradicts itself. */
export function stream(definition: StreamDefinition): StreamDefinition {
  const { name, subjects, maxAgeMs, duplicateWindowMs } = definition;
  if (!/^[A-Z][A-Z0-9_]*$/.test(name)) throw new TypeError(`stream name ${name} is not UPPER_SNAKE`);
  if (subjects.length === 0) throw new TypeError(`stream ${name} takes no subject`);
  if (duplicateWindowMs > maxAgeMs) throw new TypeError(`stream ${name} remembers ids longer than messages`);
  return definition;
}
