// Decides whether a batch of log records can be stored, and what of each record is kept.
import type { bus } from '@mooring/proto';
import { checkHeader, isStorable } from './batch.js';

/** One thing that a device said. */
export interface LogRow {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly sequence: number;
  readonly timeMs: number;
  readonly name: string;
  readonly level: string;
  readonly message: string;
  /** JSON of an object. */
  readonly fields: string;
}

/** A batch that can be stored, or why it cannot. */
export type CheckedLog =
  | { readonly ok: true; readonly header: bus.BatchHeader; readonly entries: readonly LogRow[] }
  | { readonly ok: false; readonly reason: string };

/** More of a message than anybody reads is cut off; edges bound frames at 64 KiB. */
const MAX_MESSAGE = 8_192;
const MAX_NAME = 128;
const MAX_FIELDS = 65_536;
const MAX_BIGINT = 2n ** 63n - 1n;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

export function checkLog({ header, sources, records }: bus.LogBatch): CheckedLog {
  if (!checkHeader(header)) return { ok: false, reason: 'no identity in the header' };
  const entries: LogRow[] = [];
  for (const [index, record] of records.entries()) {
    const source = sources[record.source];
    if (source === undefined) return { ok: false, reason: `record ${index}: no such source` };
    const problem = problemOf(source, record);
    if (problem !== undefined) return { ok: false, reason: `record ${index}: ${problem}` };
    const fields = record.fieldsJson === '' ? '{}' : objectJson(record.fieldsJson);
    if (fields === undefined) return { ok: false, reason: `record ${index}: fields are no JSON object` };
    entries.push({
      deviceNumber: source.deviceNumber,
      epoch: source.epoch,
      sequence: record.sequence,
      timeMs: Math.round(record.timeMs),
      name: record.name,
      level: record.level,
      message: shown(record.message),
      fields,
    });
  }
  return { ok: true, header, entries };
}

function problemOf(source: bus.BatchSource, record: bus.LogRecord): string | undefined {
  if (source.deviceNumber > MAX_BIGINT || source.epoch > MAX_BIGINT) return 'a source out of range';
  if (!(record.timeMs >= EARLIEST_MS && record.timeMs < LATEST_MS)) return 'time out of range';
  for (const word of [record.name, record.level]) {
    if (word.length === 0 || word.length > MAX_NAME || !isStorable(word)) return 'name or level';
  }
  return undefined;
}

/** Postgres has no zero character in texts. */
function shown(text: string): string {
  return text.slice(0, MAX_MESSAGE).replaceAll('\u0000', '\ufffd');
}

/**
 * The JSON of an object as jsonb takes it: without the zero character and halves of surrogate pairs. Undefined for
 * anything else.
 */
function objectJson(json: string): string | undefined {
  if (json.length > MAX_FIELDS) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    // JSON.stringify escapes of all surrogates only those without their other half.
    return JSON.stringify(value).replace(UNSTORABLE, '$1\\ufffd');
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;
