// Answers requests for firmware files by signed links, as many at once as there may be.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { asFault, type Clock, type FaultCode, isFault, showRequestPath } from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import { readToken } from '../domain/link.js';
import { type DownloadOutcome, downloadEnded, downloading } from '../events.js';
import type { ArtifactStorage } from '../storage/artifact-storage.js';
import { answerOf, type FileAnswer } from './answer.js';
import { type Patience, send } from './send.js';

/** What downloads stand on. */
export interface Outlet {
  readonly storage: ArtifactStorage;
  readonly find: (artifactId: string) => Promise<Artifact | undefined>;
  readonly clock: Clock;
  readonly secret: Buffer;
  readonly maxDownloads: number;
  readonly patience: Patience;
}

const PREFIX = '/firmware/';
const RETRY_MIN_S = 2;
const RETRY_SPREAD_S = 8;

/** A refusal in plain text; 503 says when to come again. */
interface Refused {
  readonly status: 404 | 405 | 410 | 503;
  readonly outcome: DownloadOutcome;
  readonly text: string;
}

const refusals = {
  unknown: { status: 404, outcome: 'not_found', text: 'There is nothing here.' },
  method: { status: 405, outcome: 'not_found', text: 'A file can be read, and nothing else.' },
  expired: { status: 410, outcome: 'expired', text: 'The link has expired.' },
  busy: { status: 503, outcome: 'busy', text: 'Too many files are being downloaded. Come again.' },
  away: { status: 503, outcome: 'unavailable', text: 'The file cannot be read now. Come again.' },
} as const satisfies Readonly<Record<string, Refused>>;

/** Answers requests; one instance per server. */
export class Downloads {
  readonly #outlet: Outlet;
  #running = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Answers one request, to its end. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The rest of the path is the secret of whoever downloads.
    showRequestPath(`${PREFIX}{token}`);
    try {
      const refused = await this.#answer(request, response);
      if (refused !== undefined) refuse(response, refused);
    } catch (error) {
      refuse(response, refusals.away, error);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<Refused | undefined> {
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    if (!path.startsWith(PREFIX)) return refusals.unknown;
    if (method !== 'GET' && method !== 'HEAD') return refusals.method;
    const { secret, clock, find, maxDownloads } = this.#outlet;
    const link = readToken(secret, path.slice(PREFIX.length));
    if (link === undefined) return refusals.unknown;
    const leftMs = link.expiresAtMs - clock.now();
    if (leftMs <= 0) return refusals.expired;
    if (this.#running >= maxDownloads) return refusals.busy;
    this.#running++;
    downloading(this.#running);
    try {
      const artifact = await find(link.artifactId);
      if (artifact === undefined) return refusals.unknown;
      const answer = answerOf(artifact, request.headers, leftMs);
      if (method === 'GET' && answer.span !== undefined) await this.#send(response, artifact, answer);
      else headersOnly(response, answer);
      return undefined;
    } finally {
      this.#running--;
      downloading(this.#running);
    }
  }

  async #send(response: ServerResponse, artifact: Artifact, { status, headers, span }: FileAnswer) {
    const { storage, patience } = this.#outlet;
    const startMs = performance.now();
    const left = new AbortController();
    response.once('close', () => left.abort(new Error('the client left')));
    const { id, sizeBytes } = artifact;
    const chunks = storage
      .read(id, sizeBytes, span ?? { from: 0, to: 0 }, left.signal)
      [Symbol.asyncIterator]();
    // Nothing is said before there is something to send, so that a store that is away is a 503.
    const first = await chunks.next();
    response.writeHead(status, headers);
    let bytes = 0;
    let outcome: DownloadOutcome = 'complete';
    try {
      await send(response, { first, chunks }, patience, left.signal, (count) => {
        bytes += count;
      });
    } catch (error) {
      outcome = outcomeOf(error, left.signal);
      response.destroy(asFault(error));
    } finally {
      await chunks.return?.();
      downloadEnded(outcome, { artifactId: id, status, bytes, tookMs: performance.now() - startMs });
    }
  }
}

function outcomeOf(error: unknown, left: AbortSignal): DownloadOutcome {
  if (left.aborted) return 'left';
  return isFault(error, 'deadline') ? 'slow' : 'unavailable';
}

function headersOnly(response: ServerResponse, { status, headers }: FileAnswer): void {
  response.writeHead(status, headers).end();
}

function refuse(response: ServerResponse, { status, text, outcome }: Refused, error?: unknown): void {
  const code: FaultCode | undefined = error === undefined ? undefined : asFault(error).code;
  downloadEnded(outcome, { status, ...(code === undefined ? {} : { code, error }) });
  const again = RETRY_MIN_S + Math.floor(Math.random() * RETRY_SPREAD_S);
  const headers: OutgoingHttpHeaders = {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...(status === 503 ? { 'retry-after': String(again) } : {}),
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  };
  response.writeHead(status, headers).end(`${text}\n`);
}
