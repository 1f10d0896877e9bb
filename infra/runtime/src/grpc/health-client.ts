// Asks a gRPC server whether it serves (grpc.health.v1).
import { Client, credentials, type ServiceDefinition } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';
import { Fault } from '../fault.js';
import { channelOptions, target } from './channel.js';
import { fromStatus } from './status.js';

// The package types its messages for another loader than grpc-js; the definition itself is one of grpc-js's.
const definition = service as unknown as ServiceDefinition;

/** A standing question to one service. */
export interface HealthClient {
  /** Resolves when a server of it says that it serves. Fault `unavailable` when it does not, `deadline` on time-out. */
  check(timeoutMs: number): Promise<void>;
  close(): void;
}

/** A client of the servers at `address`, as `grpcClient` takes it. */
export function healthClient(address: string): HealthClient {
  const { path, requestSerialize, responseDeserialize } = checkMethod();
  const client = new Client(target(address), credentials.createInsecure(), channelOptions(definition));
  return {
    check: (timeoutMs) =>
      new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + timeoutMs };
        const question = { service: '' };
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          question,
          options,
          (error, reply) => {
            if (error !== null) return reject(fromStatus(error, path));
            const status: unknown = (reply as { readonly status?: unknown }).status;
            if (status === 'SERVING') return resolve();
            reject(new Fault('unavailable', `the service says ${String(status)}`));
          },
        );
      }),
    close: () => client.close(),
  };
}

function checkMethod() {
  const method = Object.values(definition).find(({ path }) => path.endsWith('/Check'));
  if (method === undefined) throw new TypeError('grpc.health.v1 has no Check');
  return method;
}
