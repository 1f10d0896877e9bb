// What a device says about its update, brought to one set of words: statuses old and new, stages, minutes and percent.
import type { Json, JsonObject } from '../dialect.js';
import { member, numberOf, textOf } from './json.js';

export interface UpdateReport {
  readonly status: string;
  /** 0..100 */
  readonly progress?: number;
  readonly reason?: string;
  /** Seconds */
  readonly delayS?: number;
}

/** The client's own minimum, used when it names no delay. */
const DEFAULT_DELAY_MINUTES = 5;
const MAX_DELAY_MINUTES = 7 * 24 * 60;
const MAX_REASON = 512;

/** Today's words; `idle` and `unknown` are the old documentation's and change nothing. */
const STATUSES = new Set([
  'received',
  'started',
  'downloading',
  'updating',
  'completed',
  'failed',
  'ignored',
  'rescheduled',
  'idle',
  'unknown',
]);

const OLD_WORDS = new Map([
  ['fwup_error', 'failed'],
  ['update_failed', 'failed'],
  ['update_rescheduled', 'rescheduled'],
]);

/** Reads a `status_update`, also with the seed's `state` for `status`; undefined when it says neither. */
export function statusReport(fields: JsonObject): UpdateReport | undefined {
  const said = textOf(member(fields, 'status') ?? member(fields, 'state'), MAX_REASON);
  if (said === undefined) return undefined;
  const lower = said.trim().toLowerCase();
  if (lower.includes('fwup error')) return { status: 'failed', reason: 'fwup error' };
  const word = lower.replace(/[-\s]+/g, '_');
  const status = OLD_WORDS.get(word) ?? word;
  if (!STATUSES.has(status)) return { status: 'unknown', reason: said };
  const reason =
    textOf(member(fields, 'reason'), MAX_REASON) ?? (word === 'fwup_error' ? 'fwup error' : undefined);
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(status === 'rescheduled' ? { delayS: delayS(member(fields, 'delay_for')) } : {}),
  };
}

/** The client writes minutes. The reference takes them for milliseconds, which is its mistake (nerveshub.md, 3.4). */
function delayS(minutes: Json | undefined): number {
  const given = numberOf(minutes);
  const wanted = given === undefined || given <= 0 ? DEFAULT_DELAY_MINUTES : given;
  return Math.round(Math.min(wanted, MAX_DELAY_MINUTES) * 60);
}

/** Reads a progress event; undefined without a value. Without a stage, 100 means completed (nerveshub.md, 3.4). */
export function progressReport(fields: JsonObject): UpdateReport | undefined {
  const value = numberOf(member(fields, 'value'));
  if (value === undefined) return undefined;
  const progress = Math.min(100, Math.max(0, value));
  const stage = textOf(member(fields, 'stage'), MAX_REASON)?.trim().toLowerCase();
  if (stage === 'downloading' || stage === 'updating') return { status: stage, progress };
  return progress === 100 ? { status: 'completed' } : { status: 'updating', progress };
}

/** True for the words that say nothing about an update under way. */
export function isNoteOnly(status: string): boolean {
  return status === 'idle' || status === 'unknown';
}
