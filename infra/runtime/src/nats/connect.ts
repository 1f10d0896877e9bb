// Owns how a connection to NATS is made and kept: where, as whom, how patiently.
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import { backoff, sleep } from '../clock.js';
import { Fault } from '../fault.js';
import { logger } from '../log.js';
import { type PeerSecurity, peerSecurity, type TlsFiles } from '../peer-security.js';
import type { Bus } from './bus.js';
import { ConnectedBus } from './connected-bus.js';
import { natsFault } from './fault.js';

const log = logger('nats');
const FIRST_CONNECT_MS = 30_000;

/** Where and as whom to connect. */
export interface BusOptions {
  /** One `nats://` or `tls://` URL or several with commas between; user and password, or a token alone, may stand in the first. */
  readonly url: string;
  /** Shown by the server's monitoring. */
  readonly name: string;
  /** Ends the waiting for the first connect. */
  readonly signal?: AbortSignal;
  /** How long to wait for the first connect; 30 000 when absent. */
  readonly timeoutMs?: number;
  /** What is shown and believed; that of the process when absent. Certificates are read anew at each connect. */
  readonly security?: Pick<PeerSecurity, 'nats' | 'natsUser' | 'natsPassword'>;
}

/** A bus that is connected. Fault `unavailable` when no server was reached in time, `invalid` for a bad URL. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  return new ConnectedBus(await dial(options));
}

async function dial(options: BusOptions): Promise<NatsConnection> {
  const settings = connectionOptions(options);
  const untilMs = Date.now() + (options.timeoutMs ?? FIRST_CONNECT_MS);
  for (let attempt = 0; ; attempt++) {
    try {
      return await connect(settings);
    } catch (error) {
      if (options.signal?.aborted || Date.now() >= untilMs) throw natsFault(error, 'connecting to NATS');
      log.warn({ err: error, servers: settings.servers }, 'NATS is not reachable yet');
    }
    await sleep(backoff(attempt, { baseMs: 250, maxMs: 2_000 }), options.signal);
  }
}

function connectionOptions({ url, name, security = peerSecurity() }: BusOptions): ConnectionOptions {
  const urls = url.split(',').map(parseUrl);
  const [first] = urls;
  if (first === undefined) throw new Fault('invalid', 'NATS URL is empty');
  return {
    name,
    servers: urls.map(({ host }) => host),
    ...credentials(first, security),
    ...tlsOptions(first, security.nats),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 250,
    // A server that restarts may refuse credentials until it has loaded them.
    ignoreAuthErrorAbort: true,
    timeout: 5_000,
    // A half-open connection is noticed in 30 s instead of the default six minutes.
    pingInterval: 10_000,
    maxPingOut: 2,
    // A stack captured per request costs more than the request.
    noAsyncTraces: true,
  };
}

function parseUrl(text: string): URL {
  const trimmed = text.trim();
  const candidate = trimmed.includes('://') ? trimmed : `nats://${trimmed}`;
  if (!URL.canParse(candidate)) throw new Fault('invalid', 'NATS URL is malformed');
  const url = new URL(candidate);
  if (url.protocol !== 'nats:' && url.protocol !== 'tls:') {
    throw new Fault('invalid', `NATS URL begins with ${url.protocol}//, neither nats:// nor tls://`);
  }
  return url;
}

function tlsOptions({ protocol }: URL, files: TlsFiles | undefined): ConnectionOptions {
  if (files === undefined) return protocol === 'tls:' ? { tls: {} } : {};
  const { ca, cert, key } = files;
  const identity = cert === undefined || key === undefined ? {} : { certFile: cert, keyFile: key };
  return { tls: { ...(ca === undefined ? {} : { caFile: ca }), ...identity } };
}

function credentials(
  { username, password }: URL,
  { natsUser, natsPassword }: Pick<PeerSecurity, 'natsUser' | 'natsPassword'>,
): ConnectionOptions {
  if (natsUser !== undefined) return { user: natsUser, pass: natsPassword ?? '' };
  if (username === '') return {};
  if (password === '') return { token: decodeURIComponent(username) };
  return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
}
