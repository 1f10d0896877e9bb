// Decides how a request for a firmware file is turned away: with an answer, or, where that would be the end, without.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { asFault, type FaultCode } from '@mooring/runtime';
import { type DownloadOutcome, downloadEnded } from '../events.js';

/** A refusal in plain text; 503 says when to come again. */
export interface Refused {
  readonly status: 404 | 405 | 410 | 503;
  readonly outcome: DownloadOutcome;
  readonly text: string;
}

export const refusals = {
  unknown: { status: 404, outcome: 'not_found', text: 'There is nothing here.' },
  method: { status: 405, outcome: 'not_found', text: 'A file can be read, and nothing else.' },
  expired: { status: 410, outcome: 'expired', text: 'The link has expired.' },
  busy: { status: 503, outcome: 'busy', text: 'Too many files are being downloaded. Come again.' },
  away: { status: 503, outcome: 'unavailable', text: 'The file cannot be read now. Come again.' },
} as const satisfies Readonly<Record<string, Refused>>;

const RETRY_MIN_S = 2;
const RETRY_SPREAD_S = 8;
/** Of nerves_hub_link: how often it has come again. */
const RETRY_HEADER = 'x-retry-number';

/**
 * Ends the request, because of `error` if there is one. nerves_hub_link takes every status from 400 on for the failure of
 * its update, and comes again when a connection just ends (10 times, 15 s apart): of it, what passes is hung up on.
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text, outcome }: Refused,
  error?: unknown,
): void {
  const code: FaultCode | undefined = error === undefined ? undefined : asFault(error).code;
  downloadEnded(outcome, { status, ...(code === undefined ? {} : { code, error }) });
  if (status === 503 && request.headers[RETRY_HEADER] !== undefined) {
    response.destroy();
    return;
  }
  const again = RETRY_MIN_S + Math.floor(Math.random() * RETRY_SPREAD_S);
  const headers: OutgoingHttpHeaders = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...(status === 503 ? { 'retry-after': String(again) } : {}),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  };
  response.writeHead(status, headers).end(`${text}\n`);
}
