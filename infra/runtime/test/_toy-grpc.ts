// A service with one method of each kind, written by hand in the form of generated code.
import {
  type CallOptions,
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type Metadata,
  type MethodDefinition,
  makeGenericClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import type { ClientClass } from '../src/index.js';

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

export const ToyService = {
  ask: method('Ask', { requestStream: false, responseStream: false }),
  list: method('List', { requestStream: false, responseStream: true }),
  talk: method('Talk', { requestStream: true, responseStream: true }),
} as const;

type Callback = (error: ServiceError | null, response: Answer) => void;

export interface ToyClient extends Client {
  ask(request: Ask, callback: Callback): ClientUnaryCall;
  ask(request: Ask, metadata: Metadata, callback: Callback): ClientUnaryCall;
  ask(request: Ask, metadata: Metadata, options: Partial<CallOptions>, callback: Callback): ClientUnaryCall;
  list(request: Ask, options?: Partial<CallOptions>): ClientReadableStream<Answer>;
  list(request: Ask, metadata?: Metadata, options?: Partial<CallOptions>): ClientReadableStream<Answer>;
  talk(): ClientDuplexStream<Ask, Answer>;
  talk(options: Partial<CallOptions>): ClientDuplexStream<Ask, Answer>;
  talk(metadata: Metadata, options?: Partial<CallOptions>): ClientDuplexStream<Ask, Answer>;
}

export const ToyClient = makeGenericClientConstructor(
  ToyService,
  'mooring.toy.v1.Toy',
) as unknown as ClientClass<ToyClient>;
