// gRPC between services: servers, handlers, clients.
export type { Call } from './call.js';
export {
  type ClientCallOptions,
  type ClientClass,
  type GrpcClient,
  type GrpcClientOptions,
  grpcClient,
} from './client.js';
export { clientStream } from './client-stream.js';
export { type GrpcServer, type GrpcServerOptions, grpcServer, type Served } from './server.js';
export { serverStream } from './server-stream.js';
export { unary } from './unary.js';
