// A service with one method of each kind, written by hand in the form of generated code.
import {
  type CallOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type handleBidiStreamingCall,
  type Metadata,
  type MethodDefinition,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import {
  type Call,
  type ClientClass,
  clientStream,
  type GrpcClient,
  grpcClient,
  grpcServer,
  serverStream,
  unary,
} from '../src/index.js';
import { run } from './_bus.js';

export interface Ask {
  readonly text: string;
}

export interface Answer {
  readonly text: string;
  readonly pad?: string;
}

function method<Kind extends { requestStream: boolean; responseStream: boolean }>(
  name: string,
  kind: Kind,
): MethodDefinition<Ask, Answer> {
  const write = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const read = (bytes: Buffer) => JSON.parse(bytes.toString());
  return {
    path: `/mooring.toy.v1.Toy/${name}`,
    ...kind,
    requestSerialize: write,
    requestDeserialize: read,
    responseSerialize: write,
    responseDeserialize: read,
  };
}

const ToyService = {
  ask: method('Ask', { requestStream: false, responseStream: false }),
  list: method('List', { requestStream: false, responseStream: true }),
  tell: method('Tell', { requestStream: true, responseStream: false }),
  talk: method('Talk', { requestStream: true, responseStream: true }),
} as const;

type Callback = (error: ServiceError | null, response: Answer) => void;

export interface ToyClient extends Client {
  ask(request: Ask, callback: Callback): ClientUnaryCall;
  ask(request: Ask, metadata: Metadata, callback: Callback): ClientUnaryCall;
  ask(request: Ask, metadata: Metadata, options: Partial<CallOptions>, callback: Callback): ClientUnaryCall;
  list(request: Ask, options?: Partial<CallOptions>): ClientReadableStream<Answer>;
  list(request: Ask, metadata?: Metadata, options?: Partial<CallOptions>): ClientReadableStream<Answer>;
  tell(callback: Callback): ClientWritableStream<Ask>;
  tell(metadata: Metadata, callback: Callback): ClientWritableStream<Ask>;
  tell(metadata: Metadata, options: Partial<CallOptions>, callback: Callback): ClientWritableStream<Ask>;
  talk(): ClientDuplexStream<Ask, Answer>;
  talk(options: Partial<CallOptions>): ClientDuplexStream<Ask, Answer>;
  talk(metadata: Metadata, options?: Partial<CallOptions>): ClientDuplexStream<Ask, Answer>;
}

export const ToyClient = makeGenericClientConstructor(
  ToyService,
  'mooring.toy.v1.Toy',
) as unknown as ClientClass<ToyClient>;

export type Asked = (request: Ask, call: Call) => Promise<Answer>;
export type Listed = (request: Ask, call: Call) => AsyncIterable<Answer>;
export type Told = (requests: AsyncIterable<Ask>, call: Call) => Promise<Answer>;
export type Talked = handleBidiStreamingCall<Ask, Answer>;

const echo: Asked = async ({ text }) => ({ text });
const none: Listed = async function* () {};
const deaf: Told = async () => ({ text: '' });
const mirror: Talked = (call) => {
  call.on('data', ({ text }: Ask) => call.write({ text }));
  call.on('end', () => call.end());
};

/** Serves and connects, and ends all that it began at `end`. */
export class Toy {
  readonly #ending: (() => Promise<void> | void)[] = [];

  async serve(
    {
      ask = echo,
      list = none,
      tell = deaf,
      talk = mirror,
    }: { ask?: Asked; list?: Listed; tell?: Told; talk?: Talked },
    at = 0,
  ): Promise<{ port: number; stop(): Promise<void> }> {
    const implementation = { ask: unary(ask), list: serverStream(list), tell: clientStream(tell), talk };
    const server = grpcServer({ host: '127.0.0.1', port: at, services: [[ToyService, implementation]] });
    const running = run(server);
    await running.ready;
    this.#ending.push(() => running.stop());
    return { port: await server.port, stop: () => running.stop() };
  }

  connect(...ports: number[]): GrpcClient<ToyClient> {
    const client = grpcClient(ToyClient, ports.map((port) => `127.0.0.1:${port}`).join(','));
    this.#ending.push(() => client.close());
    return client;
  }

  async end(): Promise<void> {
    for (const end of this.#ending.splice(0).reverse()) await end();
  }
}
