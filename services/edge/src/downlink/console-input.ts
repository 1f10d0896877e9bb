// What is delivered of consoles, as sessions take it.
import type { bus } from '@mooring/proto';
import { consoleEndOf, decodeConsole } from '../consoles/codec.js';
import type { ConsoleInput } from '../dialects/console-session.js';

/** Undefined without the end that says it, and for a signal that this version does not know. */
export function consoleOf({ sessionId, from, content }: bus.ConsoleSignal): ConsoleInput | undefined {
  const end = consoleEndOf(from);
  const decoded = decodeConsole(content);
  if (end === undefined || decoded === undefined) return undefined;
  return { on: 'console', sessionId, from: end, content: decoded };
}
