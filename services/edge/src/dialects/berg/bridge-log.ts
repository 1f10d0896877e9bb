// The records of a BridgeLog message, in the form of Python's logging.

import { boundedText, MAX_TEXT_BYTES, textOf } from '../bounded-text.js';
import type { DeviceEvent } from '../dialect.js';
import { objectOf } from '../json-object.js';

export type Level = Extract<DeviceEvent, { kind: 'log' }>['level'];

export interface BridgeLogRecord {
  readonly logger: string | undefined;
  readonly level: Level;
  readonly message: string;
  /** Epoch seconds by the bridge's clock, which has no battery. */
  readonly created: number | undefined;
  readonly process: number | undefined;
}

/** A bridge buffers 50 (berg.md 3.1). */
const MAX_RECORDS = 100;

export interface BridgeLogRecords {
  readonly records: readonly BridgeLogRecord[];
  /** Those that were no records. */
  readonly malformed: number;
  /** Those beyond `MAX_RECORDS`. */
  readonly dropped: number;
}

const LEVELS: ReadonlyMap<unknown, Level> = new Map([
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warning'],
  ['WARNING', 'warning'],
  ['ERROR', 'error'],
  ['CRITICAL', 'critical'],
  ['FATAL', 'critical'],
]);

export function recordsOf(given: readonly unknown[]): BridgeLogRecords {
  const records: BridgeLogRecord[] = [];
  let malformed = 0;
  for (const one of given.slice(0, MAX_RECORDS)) {
    const record = objectOf(one);
    if (record === undefined) {
      malformed += 1;
      continue;
    }
    const { name, levelname, levelno, message, created, process } = record;
    records.push({
      logger: textOf(name, 128),
      level: LEVELS.get(levelname) ?? levelOf(levelno),
      message: typeof message === 'string' ? boundedText(message, MAX_TEXT_BYTES) : '',
      created: finite(created),
      process: finite(process),
    });
  }
  return { records, malformed, dropped: Math.max(0, given.length - MAX_RECORDS) };
}

/** Python's numbers, for levels that have names of their own. */
function levelOf(levelno: unknown): Level {
  if (typeof levelno !== 'number') return 'info';
  if (levelno >= 50) return 'critical';
  if (levelno >= 40) return 'error';
  if (levelno >= 30) return 'warning';
  return levelno >= 20 ? 'info' : 'debug';
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
