// What the api service reports.
import { counter, gauge, histogram, logger } from '@mooring/runtime';
import type { Problem } from './http/problem.js';

const log = logger('http');

const requestSeconds = histogram({
  name: 'mooring_http_request_duration_seconds',
  help: 'Time from a request to the end of its answer, by route; a live stream counts when it ends',
  labels: ['method', 'route', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

const limited = counter({
  name: 'mooring_http_requests_limited_total',
  help: 'Requests answered 429 because somebody asked too often',
});

const liveClients = gauge({ name: 'mooring_live_clients', help: 'Live streams being served' });

const liveDropped = counter({
  name: 'mooring_live_clients_dropped_total',
  help: 'Live streams ended from this side, by why',
  labels: ['reason'],
});

/** A request was answered, or its caller went away. */
export function requestAnswered(method: string, route: string, status: number, seconds: number): void {
  requestSeconds.observe({ method, route, status: String(status) }, seconds);
}

/** A request failed for a reason of ours. Never its body or headers. */
export function requestFailed(route: string, problem: Problem, error: unknown): void {
  const { code, trace_id } = problem;
  log.error({ route, code, trace_id, err: error }, 'a request failed');
}

/** A request came too soon. */
export function requestLimited(): void {
  limited.inc();
}

/** A stream could not be finished after its answer had begun. */
export function exportFailed(deviceId: string, error: unknown): void {
  log.error({ device_id: deviceId, err: error }, 'an export broke off');
}

/** So many live streams are being served. */
export function liveClientsServed(count: number): void {
  liveClients.set(count);
}

/** A live stream was ended: `slow` cannot keep up, `revoked` may not watch any more. */
export function liveClientDropped(reason: 'slow' | 'revoked'): void {
  liveDropped.inc({ reason });
}
