// Owns the life of a gRPC server: listens, says that it is healthy, and stops without cutting calls short.
import {
  Server,
  type ServerCredentials,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { HealthImplementation, type ServingStatusMap } from 'grpc-health-check';
import { deadline, untilAborted } from '../clock.js';
import { logger } from '../log.js';
import { peerSecurity, type TlsFiles } from '../peer-security.js';
import type { Runnable } from '../run.js';
import { serverCredentials } from './credentials.js';
import { takeOverLibraryLog } from './library-log.js';
import { addReflection } from './reflection.js';

const log = logger('grpc');
const STOP_MS = 5_000;
const GRACE_MS = 60_000;

/** A service and what answers it. */
export type Served = readonly [ServiceDefinition, UntypedServiceImplementation];

/** Where to listen and what to serve. */
export interface GrpcServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly services: readonly Served[];
  /** How long a call may go on after its connection has reached its age; 60 000 when absent. */
  readonly graceMs?: number;
  /** A compiled descriptor set, for reflection. */
  readonly descriptor?: URL;
  /** Those of the process when absent. */
  readonly tls?: TlsFiles;
}

/** A server as a part of a process. */
export interface GrpcServer extends Runnable {
  /** The port it listens on; never resolves when it cannot listen. */
  readonly port: Promise<number>;
}

// Clients learn of new replicas when a connection ends, so every connection ends now and then. Calls that are running
// then have the grace time; a stream that is to live longer is opened again by its client.
const options: ServerOptions = {
  'grpc.max_connection_age_ms': 10 * 60_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': 8 * 1024 * 1024,
};

/** A server with grpc.health.v1. Without TLS files plain text, for a network that is closed to others. */
export function grpcServer({
  host,
  port,
  services,
  descriptor,
  graceMs = GRACE_MS,
  tls = peerSecurity().grpc,
}: GrpcServerOptions): GrpcServer {
  takeOverLibraryLog();
  let listening: (port: number) => void = () => undefined;
  const bound = new Promise<number>((resolve) => {
    listening = resolve;
  });
  return {
    name: 'grpc server',
    port: bound,
    async run({ signal, ready }) {
      const server = new Server({ ...options, 'grpc.max_connection_age_grace_ms': graceMs });
      const health = new HealthImplementation();
      for (const [definition, implementation] of services) server.addService(definition, implementation);
      health.addToServer(server);
      if (descriptor !== undefined) await addReflection(server, descriptor);
      const at = await bind(server, host, port, await serverCredentials(tls));
      const setHealth = (state: ServingStatusMap[string]): void => {
        for (const name of ['', ...services.map(nameOf)]) health.setStatus(name, state);
      };
      setHealth('SERVING');
      log.info({ host, port: at, tls: tls !== undefined }, 'gRPC server listens');
      listening(at);
      ready();
      await untilAborted(signal);
      setHealth('NOT_SERVING');
      await stop(server);
    },
  };
}

function bind(server: Server, host: string, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    server.bindAsync(address, credentials, (error, at) => {
      if (error === null) resolve(at);
      else reject(error);
    });
  });
}

function nameOf([definition]: Served): string {
  const path = Object.values(definition)[0]?.path ?? '';
  return path.slice(1, path.lastIndexOf('/'));
}

async function stop(server: Server): Promise<void> {
  const finished = new Promise<void>((resolve, reject) => {
    server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
  });
  try {
    await deadline(finished, STOP_MS, 'finishing gRPC calls');
  } catch (error) {
    log.warn({ err: error }, 'gRPC calls were cut short');
    server.forceShutdown();
  }
}
