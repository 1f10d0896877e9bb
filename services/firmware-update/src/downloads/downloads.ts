// Answers requests for firmware files by signed links: as many at once as there may be, the others in their turn.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asFault, type Clock, isFault, showRequestPath, type TurnBounds, Turns } from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import { type Link, readToken } from '../domain/link.js';
import { type DownloadOutcome, downloadEnded, downloading, downloadWaited } from '../events.js';
import type { ArtifactStorage } from '../storage/artifact-storage.js';
import { answerOf, type FileAnswer } from './answer.js';
import { type Refused, refusals, refuse } from './refusal.js';
import { type Patience, send } from './send.js';

/** What downloads stand on. */
export interface Outlet {
  readonly storage: ArtifactStorage;
  readonly find: (artifactId: string) => Promise<Artifact | undefined>;
  readonly clock: Clock;
  readonly secret: Buffer;
  readonly turns: TurnBounds;
  readonly patience: Patience;
}

const PREFIX = '/firmware/';

/** Answers requests; one instance per server. */
export class Downloads {
  readonly #outlet: Outlet;
  readonly #turns: Turns;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
    this.#turns = new Turns(outlet.turns);
  }

  /** Answers one request, to its end. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The rest of the path is the secret of whoever downloads.
    showRequestPath(`${PREFIX}{token}`);
    const left = new AbortController();
    response.once('close', () => left.abort(new Error('the client left')));
    try {
      const refused = await this.#admit(request, response, left.signal);
      if (refused === 'left') downloadEnded('left', {});
      else if (refused !== undefined) refuse(request, response, refused);
    } catch (error) {
      if (left.signal.aborted) downloadEnded('left', {});
      else refuse(request, response, refusals.away, error);
    }
  }

  /** Whoever waits is turned away, and further ones do not begin to. For a server that stops. */
  close(): void {
    this.#turns.close();
  }

  async #admit(
    request: IncomingMessage,
    response: ServerResponse,
    left: AbortSignal,
  ): Promise<Refused | 'left' | undefined> {
    const { method = '', url = '' } = request;
    const path = url.split('?')[0] ?? '';
    if (!path.startsWith(PREFIX)) return refusals.unknown;
    if (method !== 'GET' && method !== 'HEAD') return refusals.method;
    const { secret, clock } = this.#outlet;
    const link = readToken(secret, path.slice(PREFIX.length));
    if (link === undefined) return refusals.unknown;
    if (link.expiresAtMs <= clock.now()) return refusals.expired;
    const startMs = performance.now();
    const asked = this.#turns.take(left);
    this.#count();
    const turn = await asked;
    downloadWaited(turn, performance.now() - startMs);
    if (turn !== 'taken') {
      this.#count();
      return turn === 'left' ? 'left' : refusals.busy;
    }
    try {
      return await this.#answer(request, response, link, left);
    } finally {
      this.#turns.give();
      this.#count();
    }
  }

  #count(): void {
    downloading(this.#turns.taken, this.#turns.waiting);
  }

  async #answer(
    { method, headers }: IncomingMessage,
    response: ServerResponse,
    { artifactId, expiresAtMs }: Link,
    left: AbortSignal,
  ): Promise<Refused | undefined> {
    const { find, clock } = this.#outlet;
    const artifact = await find(artifactId);
    if (artifact === undefined) return refusals.unknown;
    const answer = answerOf(artifact, headers, expiresAtMs - clock.now());
    if (method === 'GET' && answer.span !== undefined) await this.#send(response, artifact, answer, left);
    else response.writeHead(answer.status, answer.headers).end();
    return undefined;
  }

  async #send(
    response: ServerResponse,
    { id, sizeBytes }: Artifact,
    { status, headers, span }: FileAnswer,
    left: AbortSignal,
  ): Promise<void> {
    const { storage, patience } = this.#outlet;
    const startMs = performance.now();
    const chunks = storage.read(id, sizeBytes, span ?? { from: 0, to: 0 }, left)[Symbol.asyncIterator]();
    // Nothing is said before there is something to send, so that a store that is away is a 503.
    const first = await chunks.next();
    response.writeHead(status, headers);
    let bytes = 0;
    let outcome: DownloadOutcome = 'complete';
    try {
      await send(response, { first, chunks }, patience, left, (count) => {
        bytes += count;
      });
    } catch (error) {
      outcome = outcomeOf(error, left);
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
