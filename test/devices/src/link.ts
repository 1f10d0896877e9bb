// A device's socket that comes back after every loss, as real ones do, until the device is closed.
import { after, every, sleep } from '@mooring/runtime';
import { type RawData, WebSocket } from 'ws';
import type { Observations } from './observations.js';

/** What every simulated device is started with. */
export interface DeviceOptions {
  /** Where the edge listens, without a path: `ws://127.0.0.1:8000`. */
  readonly url: string;
  /** The device's own name in its dialect. */
  readonly identifier: string;
  /** Ends the device, as `close` does. */
  readonly signal?: AbortSignal;
  readonly log?: (what: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Messages to keep for inspection; 200 unless told. */
  readonly keep?: number;
}

/** One open socket. Everything on it ends when it closes. */
export interface Socket {
  readonly signal: AbortSignal;
  /** Bytes go out as a binary frame. */
  send(frame: string | Uint8Array): void;
  ping(): void;
  pong(data: string): void;
  /** Closes with a close frame. */
  close(code: number): void;
  /** Cuts the connection without one. */
  drop(): void;
  /** Calls `fn` after each `ms`, until the socket closes. */
  every(ms: number, fn: () => void): void;
  /** Calls `fn` once after `ms`, unless the socket closes before. */
  after(ms: number, fn: () => void): void;
}

/** How one kind of device uses its socket. */
export interface Behaviour {
  /** With path and query. */
  readonly url: string;
  readonly protocols?: readonly string[];
  headers?(): Readonly<Record<string, string>>;
  readonly origin?: string;
  /** Whether permessage-deflate is offered. */
  readonly offersDeflate?: boolean;
  readonly maxRedirects?: number;
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
  open(socket: Socket): void;
  message(text: string, socket: Socket): void;
  /** What binary frames hold; without it they are read as text. */
  bytes?(bytes: Uint8Array, socket: Socket): void;
  pong?(): void;
  /** The upgrade was answered with something else than 101. */
  refused?(status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void;
  /** Milliseconds until the next attempt, after `failures` attempts in a row that did not open; undefined to stay away. */
  retryMs(failures: number): number | undefined;
}

export interface Link {
  /** Settles when the device has stopped for good. */
  readonly done: Promise<void>;
  readonly signal: AbortSignal;
  /** The open socket, if there is one. */
  readonly socket: Socket | undefined;
  /** Closes the socket with code 1000 and does not come back. */
  close(): Promise<void>;
}

const CLOSE_MS = 1_000;
const HANDSHAKE_MS = 10_000;

/** Starts connecting at once. */
export function link<M>(behaviour: Behaviour, seen: Observations<M>, options: DeviceOptions): Link {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const holder: { socket: Socket | undefined } = { socket: undefined };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const opened = await connectOnce(behaviour, seen, options, signal, holder);
      failures = opened ? 0 : failures + 1;
      const waitMs = signal.aborted ? undefined : behaviour.retryMs(failures);
      if (waitMs === undefined) return;
      await sleep(waitMs, signal);
    }
  };
  const done = run();
  const close = (): Promise<void> => {
    stop.abort();
    return done;
  };
  return {
    done,
    signal,
    close,
    get socket() {
      return holder.socket;
    },
  };
}

/** One attempt and, if it opens, the life of its socket; tells whether it opened. */
function connectOnce<M>(
  behaviour: Behaviour,
  seen: Observations<M>,
  options: DeviceOptions,
  signal: AbortSignal,
  holder: { socket: Socket | undefined },
): Promise<boolean> {
  const { promise, resolve } = settled<boolean>();
  const ws = new WebSocket(behaviour.url, [...(behaviour.protocols ?? [])], {
    headers: { ...behaviour.headers?.() },
    ...(behaviour.origin === undefined ? {} : { origin: behaviour.origin }),
    perMessageDeflate: behaviour.offersDeflate ?? false,
    followRedirects: (behaviour.maxRedirects ?? 0) > 0,
    maxRedirects: behaviour.maxRedirects ?? 0,
    handshakeTimeout: HANDSHAKE_MS,
    ...behaviour.tls,
  });
  const life = new AbortController();
  const socket = socketOf(ws, life.signal);
  let opened = false;
  const leave = (): void => {
    if (ws.readyState === WebSocket.OPEN) ws.close(1000);
    else ws.terminate();
    after(CLOSE_MS, () => ws.terminate(), { unref: true });
  };
  signal.addEventListener('abort', leave, { once: true });

  ws.on('open', () => {
    opened = true;
    holder.socket = socket;
    seen.connected = true;
    seen.connects += 1;
    options.log?.('connected', { identifier: options.identifier });
    behaviour.open(socket);
    seen.changed();
  });
  ws.on('message', (data, isBinary) => {
    if (isBinary && behaviour.bytes !== undefined) behaviour.bytes(bytesOf(data), socket);
    else behaviour.message(bytesOf(data).toString(), socket);
  });
  ws.on('pong', () => behaviour.pong?.());
  ws.on('unexpected-response', (_, response) => {
    seen.lastRefusal = response.statusCode;
    behaviour.refused?.(response.statusCode ?? 0, response.headers);
    ws.terminate();
  });
  ws.on('error', (error) => {
    options.log?.('socket error', { identifier: options.identifier, error: error.message });
  });
  ws.on('close', (code, reason) => {
    signal.removeEventListener('abort', leave);
    life.abort();
    holder.socket = undefined;
    seen.connected = false;
    seen.ready = false;
    seen.lastClose = { code, reason: reason.toString() };
    options.log?.('disconnected', { identifier: options.identifier, code, reason: reason.toString() });
    seen.changed();
    resolve(opened);
  });
  return promise;
}

function socketOf(ws: WebSocket, signal: AbortSignal): Socket {
  const whileOpen = (act: () => void): void => {
    if (ws.readyState === WebSocket.OPEN) act();
  };
  return {
    signal,
    send: (frame) => whileOpen(() => ws.send(frame)),
    ping: () => whileOpen(() => ws.ping()),
    pong: (data) => whileOpen(() => ws.pong(data)),
    close: (code) => whileOpen(() => ws.close(code)),
    drop: () => ws.terminate(),
    every: (ms, fn) => void every(ms, fn, signal),
    after: (ms, fn) =>
      void sleep(ms, signal).then(() => {
        if (!signal.aborted) fn();
      }),
  };
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

function settled<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
