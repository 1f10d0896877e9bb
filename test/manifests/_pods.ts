// The pods that objects of an overlay lead to, with what says how they run.
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { at, type Resource } from './_tree.js';

/** A Deployment, StatefulSet or Job, and the pods that it makes. */
export interface Workload {
  readonly resource: Resource;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
  /** Those that run first included. */
  readonly containers: readonly IContainer[];
}

export function workloads(resources: readonly Resource[]): readonly Workload[] {
  return resources
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind))
    .map((resource) => {
      const spec = at(resource, 'spec.template.spec') as IPodSpec;
      const labels = (at(resource, 'spec.template.metadata.labels') ?? {}) as Record<string, string>;
      return { resource, labels, spec, containers: [...(spec.initContainers ?? []), ...spec.containers] };
    });
}

/** Pods that stay: everything but Jobs. */
export function servers(resources: readonly Resource[]): readonly Workload[] {
  return workloads(resources).filter(({ resource }) => resource.kind !== 'Job');
}

/** Whether a `matchLabels` (or the plain selector of a Service) picks pods with these labels. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries((selector ?? {}) as Record<string, string>).every(
    ([key, value]) => labels[key] === value,
  );
}

/** `app.kubernetes.io/name` of the pods. */
export function nameOf({ labels }: Workload): string {
  return labels['app.kubernetes.io/name'] ?? '';
}
