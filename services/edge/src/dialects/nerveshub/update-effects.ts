// Turns a report about an update into events: every one for the update itself, fewer for the log and the state.
import type { Effect, Json } from '../dialect.js';
import type { Outcome } from './channel.js';
import { count, facts, type LogLevel, log, step } from './device-events.js';
import type { DeviceSession, ReportedUpdate } from './device-session.js';
import { isNoteOnly, type UpdateReport } from './update-status.js';

/** A line of progress is written each time the value enters another tenth. */
const LOG_STEP_PERCENT = 10;

const BREAKS_OFF: ReadonlySet<string> = new Set(['failed', 'ignored', 'rescheduled']);

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['failed', 'error'],
  ['ignored', 'warning'],
  ['rescheduled', 'warning'],
]);

/** `via` tells a percentage, which repeats often, from a status that is worth a line each time. */
export function reportUpdate(
  session: DeviceSession,
  report: UpdateReport | undefined,
  now: number,
  via: 'status' | 'progress' = 'status',
): Outcome<DeviceSession> {
  if (report === undefined) return { context: session, actions: [count('malformed', `update_${via}`)] };
  const { device } = session;
  const last = session.update;
  // An update that breaks off leaves how far the device had come.
  const left = BREAKS_OFF.has(report.status) ? last?.progress : undefined;
  const next: ReportedUpdate = { status: report.status, progress: report.progress ?? left };
  const effects: Effect[] = [step(device, now, report)];
  if (via === 'status' || isAnotherStep(last, next)) effects.push(line(session, report, now, via));
  if (isNoteOnly(report.status)) return { context: session, actions: effects };
  if (last?.status !== next.status || last.progress !== next.progress) {
    const update = { status: next.status, progress: next.progress ?? null };
    effects.push(facts(device, now, { reported: { update } }));
  }
  return { context: { ...session, update: next }, actions: effects };
}

function isAnotherStep(last: ReportedUpdate | undefined, next: ReportedUpdate): boolean {
  return last?.status !== next.status || tenth(last.progress) !== tenth(next.progress);
}

function tenth(progress: number | undefined): number {
  return Math.floor((progress ?? 0) / LOG_STEP_PERCENT);
}

function line(session: DeviceSession, report: UpdateReport, now: number, via: 'status' | 'progress'): Effect {
  const fields: Record<string, Json> = { status: report.status };
  if (report.progress !== undefined) fields['progress'] = report.progress;
  if (report.reason !== undefined) fields['reason'] = report.reason;
  if (report.delayS !== undefined) fields['delay_s'] = report.delayS;
  const detail = report.progress === undefined ? (report.reason ?? '') : `${report.progress} %`;
  return log(session.device, now, {
    name: `update_${via}`,
    level: LEVELS.get(report.status) ?? 'info',
    message: detail === '' ? report.status : `${report.status}: ${detail}`,
    fields,
  });
}
