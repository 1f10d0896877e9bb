// A typed client of one service: promises and iterables instead of callbacks, Faults instead of statuses.
import {
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { asFault, type Fault } from '../fault.js';
import { peerSecurity, type TlsFiles } from '../peer-security.js';
import { channelOptions, target } from './channel.js';
import { clientCredentials } from './credentials.js';
import { takeOverLibraryLog } from './library-log.js';
import { failedCallsTotal } from './metrics.js';
import { sendAll } from './send-all.js';
import { fromStatus } from './status.js';

/** A generated client class. */
export interface ClientClass<C extends Client> {
  new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>): C;
  readonly service: ServiceDefinition;
}

/** How long to wait, and until when it is wanted. */
export interface ClientCallOptions {
  /** 5 000 for a single answer and 600 000 for a stream when absent. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

type Callback<R> = (error: ServiceError | null, response: R) => void;

// The richest kind first: what answers once is, by its shape, part of what streams.
type Method<M> = M extends (
  metadata: Metadata,
  options?: Partial<CallOptions>,
) => ClientDuplexStream<infer Q, infer R>
  ? (metadata?: Metadata, options?: Partial<CallOptions>) => ClientDuplexStream<Q, R>
  : M extends (
        request: infer Q,
        metadata?: Metadata,
        options?: Partial<CallOptions>,
      ) => ClientReadableStream<infer R>
    ? (request: Q, options?: ClientCallOptions) => AsyncIterable<R>
    : M extends (
          metadata: Metadata,
          options: Partial<CallOptions>,
          callback: Callback<infer R>,
        ) => ClientWritableStream<infer Q>
      ? (requests: AsyncIterable<Q>, options?: ClientCallOptions) => Promise<R>
      : M extends (
            request: infer Q,
            metadata: Metadata,
            options: Partial<CallOptions>,
            callback: Callback<infer R>,
          ) => ClientUnaryCall
        ? (request: Q, options?: ClientCallOptions) => Promise<R>
        : never;

/**
 * One method per method of the service. A single answer is a promise, also to a stream of requests; a stream of answers
 * is an iterable that cancels the call when it is left early, a stream both ways grpc-js's own duplex. All but the duplex
 * fail with Faults: the peer's own, or `unavailable` when it cannot be reached (after two repetitions of a call that is
 * no stream) and `deadline` on time-out.
 */
export type GrpcClient<C extends Client> = {
  readonly [K in Exclude<keyof C, keyof Client>]: Method<C[K]>;
} & { close(): void };

const UNARY_MS = 5_000;
const STREAM_MS = 600_000;

/** What a client may be told besides where its service is. */
export interface GrpcClientOptions extends Partial<ClientOptions> {
  /** Those of the process when absent. */
  readonly tls?: TlsFiles;
}

/** A client of the service at `address`: `host:port`, or several `ip:port` with commas between. Connects when used. */
export function grpcClient<C extends Client>(
  Class: ClientClass<C>,
  address: string,
  { tls = peerSecurity().grpc, ...options }: GrpcClientOptions = {},
): GrpcClient<C> {
  takeOverLibraryLog();
  const client = new Class(target(address), clientCredentials(tls), {
    ...channelOptions(Class.service),
    ...options,
  });
  const methods: Record<string, unknown> = { close: () => client.close() };
  for (const [name, definition] of Object.entries(Class.service)) methods[name] = method(client, definition);
  return methods as GrpcClient<C>;
}

function method(client: Client, definition: MethodDefinition<unknown, unknown>): unknown {
  const { path, requestSerialize, responseDeserialize, requestStream, responseStream } = definition;
  if (requestStream && responseStream) {
    return (metadata = new Metadata(), options: Partial<CallOptions> = {}) =>
      client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options);
  }
  if (requestStream) {
    return (requests: AsyncIterable<unknown>, options: ClientCallOptions = {}) =>
      sending(client, definition, requests, options);
  }
  if (responseStream) {
    return (request: unknown, options: ClientCallOptions = {}) =>
      streamOf(client, definition, request, options);
  }
  return (request: unknown, options: ClientCallOptions = {}) => ask(client, definition, request, options);
}

function ask(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<unknown, unknown>,
  request: unknown,
  { timeoutMs = UNARY_MS, signal }: ClientCallOptions,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(asFault(signal.reason));
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      { deadline: Date.now() + timeoutMs },
      (error, reply) => {
        signal?.removeEventListener('abort', cancel);
        if (error === null) resolve(reply);
        else reject(failed(error, path));
      },
    );
    const cancel = (): void => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

async function sending(
  client: Client,
  definition: MethodDefinition<unknown, unknown>,
  requests: AsyncIterable<unknown>,
  { timeoutMs = STREAM_MS, signal }: ClientCallOptions,
): Promise<unknown> {
  try {
    return await sendAll(client, definition, requests, { timeoutMs, signal });
  } catch (error) {
    failedCallsTotal.inc({ method: definition.path, code: asFault(error).code });
    throw error;
  }
}

async function* streamOf(
  client: Client,
  { path, requestSerialize, responseDeserialize }: MethodDefinition<unknown, unknown>,
  request: unknown,
  { timeoutMs = STREAM_MS, signal }: ClientCallOptions,
): AsyncGenerator<unknown> {
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    new Metadata(),
    {
      deadline: Date.now() + timeoutMs,
    },
  );
  const cancel = (): void => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    yield* call;
  } catch (error) {
    throw failed(error as ServiceError, path);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

function failed(error: ServiceError, path: string): Fault {
  const fault = fromStatus(error, path);
  failedCallsTotal.inc({ method: path, code: fault.code });
  return fault;
}
