// What the edge reports: counters and log lines, one function per event. Ids go into logs, never into labels.
import { counter, gauge, histogram, logger } from '@mooring/runtime';
import type { DialectName } from './dialects/dialect.js';
import type { Directory } from './session/directory.js';
import type { SessionEvents } from './session/ports.js';
import type { SignalEvents } from './signals/send.js';
import type { Uplink, UplinkEvents } from './uplink/uplink.js';

const log = logger('edge');

const counted = counter({
  name: 'mooring_edge_messages_total',
  help: 'Messages that were not acted on, or only partly, by why.',
  labels: ['dialect', 'outcome', 'what'],
});
const admissions = counter({
  name: 'mooring_edge_admissions_total',
  help: 'Answers to devices that asked to be let in.',
  labels: ['dialect', 'outcome'],
});
const crashes = counter({
  name: 'mooring_edge_dialect_crashes_total',
  help: 'Sessions ended because their dialect threw: each one is a bug.',
  labels: ['dialect'],
});
const limited = counter({
  name: 'mooring_edge_limited_total',
  help: 'Sessions ended for sending too fast or reading too slowly.',
  labels: ['dialect', 'limit'],
});
const refusals = counter({
  name: 'mooring_edge_upgrades_refused_total',
  help: 'Upgrade requests that did not become a socket.',
  labels: ['dialect', 'reason'],
});
const opened = counter({
  name: 'mooring_edge_connections_total',
  help: 'Sockets opened.',
  labels: ['dialect'],
});
/** Counted beside the metric, as a frame is to cost an addition and no more. */
interface FrameTally {
  frames: number;
}
const tallies = new Map<DialectName, FrameTally>();
counter({
  name: 'mooring_edge_frames_total',
  help: 'Frames that sockets received.',
  labels: ['dialect'],
  collect: (metric) => {
    for (const [dialect, tally] of tallies) {
      metric.inc({ dialect }, tally.frames);
      tally.frames = 0;
    }
  },
});
const closed = counter({
  name: 'mooring_edge_disconnects_total',
  help: 'Sockets closed, by why.',
  labels: ['dialect', 'reason'],
});
const commands = counter({
  name: 'mooring_edge_commands_total',
  help: 'Commands delivered to sessions, by what became of them.',
  labels: ['dialect', 'outcome'],
});
const signals = counter({
  name: 'mooring_edge_signals_total',
  help: 'What ends of watch sessions told each other, by what became of it: delivered, gone or lost.',
  labels: ['dialect', 'signal', 'outcome'],
});
const watchSeconds = histogram({
  name: 'mooring_edge_watch_seconds',
  help: 'From a request to watch to its answer: ready, or why not.',
  labels: ['outcome'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});
const open = gauge({ name: 'mooring_edge_sockets', help: 'Sockets open now.', labels: ['dialect'] });
const durable = counter({
  name: 'mooring_edge_events_durable_total',
  help: 'Events acknowledged by JetStream.',
  labels: ['kind'],
});
const lost = counter({
  name: 'mooring_edge_events_lost_total',
  help: 'Events that will not be stored, by why.',
  labels: ['kind', 'reason'],
});
const retried = counter({
  name: 'mooring_edge_batches_retried_total',
  help: 'Batches sent again because JetStream did not acknowledge them.',
  labels: ['kind', 'reason'],
});
const durableSeconds = histogram({
  name: 'mooring_edge_durable_seconds',
  help: 'From the first frame of a batch until JetStream acknowledged it.',
  labels: ['kind'],
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30],
});
const presence = counter({
  name: 'mooring_edge_presence_failures_total',
  help: 'Calls about presence that failed and are repeated.',
  labels: ['call', 'code'],
});

/** Why most sockets close, and how the platform fails those who ask it. */
const CLOSE_REASONS = ['peer_closed', 'going_away', 'connection_lost', 'idle_timeout', 'drain'] as const;
const FAILURES = ['exhausted', 'unavailable', 'deadline', 'internal'] as const;
for (const outcome of FAILURES) watchSeconds.zero({ outcome });

/** How many different words a dialect may count under: what peers say must not become labels without end. */
const MAX_WORDS = 200;
const words = new Map<DialectName, Set<string>>();
function bounded(dialect: DialectName, word: string): string {
  const known = words.get(dialect) ?? new Set();
  words.set(dialect, known);
  if (known.has(word)) return word;
  if (known.size >= MAX_WORDS) return 'other';
  known.add(word);
  return word;
}

/** One log line for the first of each thing a minute: enough to see it, too few to drown in. */
const LOG_EVERY_MS = 60_000;
const lastLogged = new Map<string, number>();
function sampled(key: string): boolean {
  const now = Date.now();
  if (now - (lastLogged.get(key) ?? 0) < LOG_EVERY_MS) return false;
  lastLogged.set(key, now);
  return true;
}

export const sessionEvents: SessionEvents = {
  counted(dialect, outcome, what) {
    counted.inc({ dialect, outcome, what: bounded(dialect, what) });
    if (sampled(`${dialect} ${outcome} ${what}`))
      log.info({ dialect, outcome, what }, 'message not acted on');
  },
  admission(dialect, outcome) {
    admissions.inc({ dialect, outcome });
  },
  crashed(dialect, connectionId, error) {
    crashes.inc({ dialect });
    log.error({ dialect, connection: connectionId, err: error }, 'dialect threw');
  },
  tooFast(dialect) {
    limited.inc({ dialect, limit: 'frame_rate' });
  },
  slowReader(dialect) {
    limited.inc({ dialect, limit: 'slow_reader' });
  },
};

export const uplinkEvents: UplinkEvents = {
  durable(kind, count, seconds) {
    durable.inc({ kind }, count);
    durableSeconds.observe({ kind }, seconds);
  },
  retried(kind, reason) {
    retried.inc({ kind, reason });
    if (sampled(`retried ${kind} ${reason}`))
      log.warn({ kind, reason }, 'batch not acknowledged, sending it again');
  },
  lost(kind, count, reason) {
    lost.inc({ kind, reason }, count);
    if (sampled(`lost ${kind} ${reason}`)) log.error({ kind, reason }, 'events lost');
  },
};

export const connectionEvents = {
  refused(dialect: DialectName, reason: string) {
    refusals.inc({ dialect, reason });
  },
  /** Where the frames of a dialect's sockets are counted. */
  tally(dialect: DialectName): FrameTally {
    // A series that begins with its first event does not show it as growth.
    for (const reason of CLOSE_REASONS) closed.inc({ dialect, reason }, 0);
    for (const outcome of FAILURES) admissions.inc({ dialect, outcome }, 0);
    crashes.inc({ dialect }, 0);
    open.inc({ dialect }, 0);
    const tally = tallies.get(dialect) ?? { frames: 0 };
    tallies.set(dialect, tally);
    return tally;
  },
  opened(dialect: DialectName) {
    opened.inc({ dialect });
    open.inc({ dialect });
  },
  closed(dialect: DialectName, reason: string) {
    closed.inc({ dialect, reason });
    open.dec({ dialect });
  },
};

export function commandTaken(dialect: DialectName, outcome: string): void {
  commands.inc({ dialect, outcome });
}

export function watchAsked(outcome: string, seconds: number): void {
  watchSeconds.observe({ outcome }, seconds);
}

export const signalEvents: SignalEvents = {
  signalled(dialect, signal, outcome) {
    signals.inc({ dialect, signal, outcome });
  },
  failed(signal, code) {
    if (sampled(`signal ${signal} ${code}`)) log.warn({ signal, code }, 'a signal was not handed over');
  },
};

export function presenceFailed(call: string, code: string): void {
  presence.inc({ call, code });
  if (sampled(`presence ${call} ${code}`)) log.warn({ call, code }, 'presence call failed');
}

export function admissionStreamLost(error: Error): void {
  presence.inc({ call: 'admit', code: 'stream_lost' });
  log.warn({ err: error }, 'admission stream lost');
}

/** What there is room for: connections, and bytes of events. */
export interface Bounds {
  readonly connections: number;
  readonly bufferBytes: number;
}

/** Gauges that are read at each scrape. */
export function observe(uplink: Uplink, directory: Directory, bounds: Bounds): void {
  gauge({ name: 'mooring_edge_sockets_limit', help: 'Sockets that this edge takes at most.' }).set(
    bounds.connections,
  );
  gauge({
    name: 'mooring_edge_buffer_limit_bytes',
    help: 'Bytes of events that may wait to become durable; telemetry is shed from 85 % of it on.',
  }).set(bounds.bufferBytes);
  gauge({
    name: 'mooring_edge_buffer_bytes',
    help: 'Bytes of events that are not yet durable.',
    collect: (metric) => metric.set(uplink.usedBytes),
  });
  gauge({
    name: 'mooring_edge_sessions',
    help: 'Sessions that can be reached.',
    collect: (metric) => metric.set(directory.size),
  });
}
