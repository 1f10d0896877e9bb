// What is promised, as ratios of bad to all events: the queries behind docs/slo.md, and how fast a budget may be spent.

/** One promise. `bad` and `all` count events within a window. */
export interface Objective {
  /** Label `slo` of its recorded ratios. */
  readonly slo: string;
  /** The alert that says that it is being broken. */
  readonly alert: string;
  /** The share that must be good. */
  readonly target: number;
  readonly summary: string;
  bad(window: string): string;
  all(window: string): string;
}

// Codes of faults that are ours to answer for, whoever asked.
const OURS = 'unavailable|deadline|internal';
// What takes as long as its client or its content does.
const UNTIMED = '.*/(live|export|print|print-preview)|/v1/firmware';

const increase = (selector: string, window: string): string => `sum(increase(${selector}[${window}]))`;

function slowerThan(metric: string, seconds: string, window: string, matchers = ''): string {
  const all = increase(`${metric}_count{${matchers}}`, window);
  // Some versions of Prometheus write 5 as 5.0.
  const le = /\./.test(seconds) ? `le="${seconds}"` : `le=~"${seconds}(\\\\.0)?"`;
  const good = increase(`${metric}_bucket{${[matchers, le].filter(Boolean).join(',')}}`, window);
  return `${all} - ${good}`;
}

const REQUESTS = 'mooring_http_request_duration_seconds';
const STORED = 'mooring_readings_frame_to_stored_seconds';
const DISPATCH = 'mooring_registry_command_dispatch_seconds';
const timed = `route!~"${UNTIMED}"`;

export const objectives: readonly Objective[] = [
  {
    slo: 'readings_stored',
    alert: 'ReadingsLate',
    target: 0.999,
    summary: 'Readings are stored later than 2.5 s after their frame',
    bad: (window) => slowerThan(STORED, '2.5', window),
    all: (window) => increase(`${STORED}_count`, window),
  },
  {
    slo: 'api_answered',
    alert: 'ApiErrors',
    target: 0.999,
    summary: 'The API answers requests with errors of its own',
    bad: (window) => increase(`${REQUESTS}_count{status=~"5.."}`, window),
    all: (window) => increase(`${REQUESTS}_count`, window),
  },
  {
    slo: 'api_fast',
    alert: 'ApiSlow',
    target: 0.99,
    summary: 'The API takes longer than half a second for requests',
    bad: (window) => slowerThan(REQUESTS, '0.5', window, timed),
    all: (window) => increase(`${REQUESTS}_count{${timed}}`, window),
  },
  {
    slo: 'devices_admitted',
    alert: 'DevicesNotAdmitted',
    target: 0.999,
    summary: 'Devices that are welcome are turned away because the platform cannot decide',
    bad: (window) => increase(`mooring_edge_admissions_total{outcome=~"exhausted|${OURS}"}`, window),
    all: (window) => increase('mooring_edge_admissions_total', window),
  },
  {
    slo: 'commands_written',
    alert: 'CommandsLate',
    target: 0.99,
    summary: 'Commands reach connected devices later than 5 s after they could have been sent',
    bad: (window) => slowerThan(DISPATCH, '5', window),
    all: (window) => increase(`${DISPATCH}_count`, window),
  },
  {
    slo: 'watches_begun',
    alert: 'WatchesFail',
    target: 0.99,
    summary: 'Requests to watch a camera fail for reasons of the platform',
    bad: (window) => increase(`mooring_edge_watch_seconds_count{outcome=~"${OURS}"}`, window),
    all: (window) => increase('mooring_edge_watch_seconds_count', window),
  },
];

/** A budget that is spent `factor` times as fast as it may be, over a long window and still over a short one. */
export interface Burn {
  readonly factor: number;
  readonly long: (typeof windows)[number];
  readonly short: (typeof windows)[number];
}

/** Windows over which the ratios are recorded. */
export const windows = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'] as const;

/** A page spends 2 % of a month's budget within an hour, or 5 % within six; a ticket a tenth within a day or three. */
export const burns: Readonly<Record<'page' | 'ticket', readonly Burn[]>> = {
  page: [
    { factor: 14.4, long: '1h', short: '5m' },
    { factor: 6, long: '6h', short: '30m' },
  ],
  ticket: [
    { factor: 3, long: '1d', short: '2h' },
    { factor: 1, long: '3d', short: '6h' },
  ],
};

/** Fewer bad events than this within the longest window say nothing, whatever share they are. */
export const LEAST_BAD = 10;
