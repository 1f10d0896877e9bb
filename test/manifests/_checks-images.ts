// What the images of others need to run as nobody in particular on a file system that is read-only, by what they are made of.
import type { IContainer } from 'kubernetes-models/v1';
import type { Check } from './_check.js';
import { ofPods } from './_checks-pods.js';
import type { Workload } from './_pods.js';
import { at } from './_tree.js';

interface Needs {
  /** Folders in which it writes, as it is configured here. */
  readonly writes: readonly string[];
  /** Capabilities that its program has by its file: execve fails where the bounding set lacks one of them. */
  readonly capabilities?: readonly string[];
}

const NEEDS: Readonly<Record<string, Needs>> = {
  nats: { writes: ['/data', '/run/nats'] },
  // The entry point makes up a user database in /tmp for users that the image does not know.
  postgres: { writes: ['/var/lib/postgresql/data', '/var/run/postgresql', '/tmp', '/dev/shm'] },
  'coturn/coturn': { writes: ['/tmp'], capabilities: ['NET_BIND_SERVICE'] },
  'otel/opentelemetry-collector-contrib': { writes: [] },
  'jaegertracing/jaeger': { writes: ['/data'] },
  'prom/prometheus': { writes: ['/data'] },
  'grafana/grafana': { writes: ['/var/lib/grafana', '/tmp'] },
};

const nameOf = ({ image = '' }: IContainer): string => image.split(':')[0] ?? '';
const isOurs = (one: IContainer): boolean => nameOf(one).startsWith('mooring/');
const needsOf = (one: IContainer): Needs => NEEDS[nameOf(one)] ?? { writes: [] };

/** Folders of a container in which its user may write. */
function writable({ resource, spec }: Workload, { volumeMounts }: IContainer): readonly string[] {
  const claims = ((at(resource, 'spec.volumeClaimTemplates') ?? []) as unknown[]).map((one) =>
    at(one, 'metadata.name'),
  );
  const scratch = (spec.volumes ?? [])
    .filter(({ emptyDir }) => emptyDir !== undefined)
    .map(({ name }) => name);
  return (volumeMounts ?? [])
    .filter(({ name, readOnly }) => readOnly !== true && [...claims, ...scratch].includes(name))
    .map(({ mountPath }) => mountPath);
}

export const imageChecks: readonly Check[] = [
  ofPods(['image/known'], ({ containers }) =>
    containers.filter((one) => !isOurs(one) && NEEDS[nameOf(one)] === undefined).map(nameOf),
  ),
  ofPods(['image/writes'], (pod) =>
    pod.containers.flatMap((one) => {
      const places = writable(pod, one);
      return needsOf(one).writes.filter((folder) => !places.includes(folder));
    }),
  ),
  ofPods(['image/capabilities'], ({ containers }) =>
    containers.flatMap((one) => {
      const added = one.securityContext?.capabilities?.add ?? [];
      return (needsOf(one).capabilities ?? []).filter((capability) => !added.includes(capability));
    }),
  ),
  // More than the program has by its file is of no use to it.
  ofPods(['image/idle-capabilities'], ({ containers }) =>
    containers.flatMap((one) => {
      const added = one.securityContext?.capabilities?.add ?? [];
      return added.filter((capability) => !needsOf(one).capabilities?.includes(capability));
    }),
  ),
];
