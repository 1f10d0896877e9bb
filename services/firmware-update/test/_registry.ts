// A registry for tests: says where devices are and what tags they have, as a test tells it.
import { registry } from '@mooring/proto';
import { Fault, type GrpcServer, grpcServer, unary } from '@mooring/runtime';

/** Where a device is. */
export interface Place {
  readonly node: string;
  readonly connectionId: string;
  readonly epoch: bigint;
  readonly deviceNumber: bigint;
}

export class RegistryPeer {
  readonly places = new Map<string, Place>();
  readonly tags = new Map<string, readonly string[]>();
  /** Devices that it has never heard of; it knows all others. */
  readonly unknown = new Set<string>();

  server(port: number): GrpcServer {
    const locate: registry.RegistryServer['locate'] = unary(({ deviceId }) => {
      const place = this.places.get(deviceId);
      if (this.unknown.has(deviceId)) throw new Fault('not_found', 'no such device');
      const offline = { node: '', connectionId: '', epoch: 0n, deviceNumber: 0n };
      return Promise.resolve({ online: place !== undefined, ...(place ?? offline) });
    });
    const describeDevices: registry.RegistryServer['describeDevices'] = unary(({ deviceIds }) => {
      const items = deviceIds
        .filter((deviceId) => !this.unknown.has(deviceId))
        .map((deviceId) => {
          const tags = [...(this.tags.get(deviceId) ?? [])];
          return { deviceId, deviceNumber: 1n, organizationId: '', identifier: '', tags };
        });
      return Promise.resolve({ items });
    });
    // What else a registry does nobody here asks for; it would be told that it is unimplemented.
    const services = [[registry.RegistryService, { locate, describeDevices }]] as const;
    return grpcServer({ host: '127.0.0.1', port, services });
  }
}
