// The ports of the node, as kube-proxy opens them: each leads to a pod that is ready.
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { at, type Resource } from '../../manifests/_tree.js';

export interface PublishedPort {
  readonly port: number;
  close(): void;
}

/** Where a port of a Service leads at the moment; undefined while no pod is ready. */
export type Backend = (
  service: Resource,
  targetPort: string | number,
) => { readonly host: string; readonly port: number } | undefined;

/** Opens every `nodePort` of the objects on loopback. */
export async function publish(
  resources: readonly Resource[],
  backend: Backend,
): Promise<readonly PublishedPort[]> {
  const opened: PublishedPort[] = [];
  for (const service of resources) {
    if (at(service, 'spec.type') !== 'NodePort') continue;
    for (const { nodePort, targetPort } of at(service, 'spec.ports') as {
      nodePort: number;
      targetPort: string;
    }[]) {
      const server = forward(() => backend(service, targetPort));
      server.listen(nodePort, '127.0.0.1');
      await once(server, 'listening');
      opened.push({ port: nodePort, close: () => void server.close() });
    }
  }
  return opened;
}

function forward(backend: () => { readonly host: string; readonly port: number } | undefined): Server {
  return createServer((outside) => {
    const to = backend();
    if (to === undefined) return void outside.destroy();
    const inside = connect(to);
    // One end's error is the other's end.
    outside.on('error', () => inside.destroy());
    inside.on('error', () => outside.destroy());
    outside.pipe(inside).pipe(outside);
  });
}
