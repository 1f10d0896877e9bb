// The overlay for one node asks of a cluster what any cluster has: no operator, one small node, and to be let be drained.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nameOf, servers, type Workload, workloads } from './_pods.js';
import { amount } from './_quantity.js';
import { overlays, render } from './_render.js';
import { at, titleOf } from './_tree.js';

const resources = render(overlays.get('local') ?? '');
const pods = workloads(resources);
const readme = readFileSync(path.resolve(import.meta.dirname, '../../k8s/README.md'), 'utf8');

/** What is left of 4 processors and 8 GiB when the node and the pods of the cluster have theirs. */
const ROOM: Readonly<Record<string, number>> = {
  cpu: 3.5,
  memory: 7 * 1024 ** 3,
  'ephemeral-storage': 10 * 1024 ** 3,
};

/** What the scheduler counts of a pod: its containers together, or what runs first if that is more. */
function asked({ spec }: Workload, what: string): number {
  const of = (containers: typeof spec.containers | undefined): readonly number[] =>
    (containers ?? []).map(({ resources }) => amount(resources?.requests?.[what]) ?? Number.NaN);
  const together = of(spec.containers).reduce((sum, one) => sum + one, 0);
  return Math.max(together, ...of(spec.initContainers));
}

const sum = (some: readonly Workload[], what: string): number =>
  some.reduce((total, pod) => total + asked(pod, what) * Number(at(pod.resource, 'spec.replicas') ?? 1), 0);

describe('the overlay for one node', () => {
  it('consists of kinds that every cluster knows', () => {
    const foreign = resources.filter(
      ({ apiVersion }) =>
        !/^(v1|(apps|batch|autoscaling|policy)\/v\d|networking\.k8s\.io\/v1)$/.test(apiVersion),
    );
    expect(foreign.map(titleOf)).toEqual([]);
  });

  it.each(Object.keys(ROOM))('fits a small node by its %s, Jobs and a rollout included', (what) => {
    const surge = Math.max(...servers(resources).map((pod) => asked(pod, what)));
    expect(sum(pods, what) + surge).toBeLessThan(ROOM[what] ?? 0);
  });

  it('asks for what its guide says', () => {
    const [stay, jobs] = [servers(resources), pods.filter(({ resource }) => resource.kind === 'Job')];
    const gibibytes = (bytes: number): number => bytes / 1024 ** 3;
    const claims = resources.flatMap((one) => (at(one, 'spec.volumeClaimTemplates') ?? []) as unknown[]);
    const sizes = claims.map((claim) => amount(at(claim, 'spec.resources.requests.storage')) ?? Number.NaN);
    const [, ...stated] =
      /ask for ([\d.]+) processors and ([\d.]+) GiB of memory,.* for ([\d.]+) and ([\d.]+) GiB more,.*\sfour volumes for (\d+) GiB/s.exec(
        readme,
      ) ?? [];
    expect(stated).toEqual([
      sum(stay, 'cpu').toFixed(1),
      gibibytes(sum(stay, 'memory')).toFixed(1),
      sum(jobs, 'cpu').toFixed(1),
      gibibytes(sum(jobs, 'memory')).toFixed(1),
      String(gibibytes(sizes.reduce((all, one) => all + one, 0))),
    ]);
    expect(sizes).toHaveLength(4);
  });

  it('has no pod that a second node would be needed for', () => {
    const scalers = resources.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(scalers.map(({ spec }) => at(spec, 'maxReplicas'))).toEqual(scalers.map(() => 1));
    const several = servers(resources).filter(
      ({ resource }) => Number(at(resource, 'spec.replicas') ?? 1) > 1,
    );
    expect(several.map(nameOf)).toEqual([]);
    // While a Deployment rolls there are two pods of it.
    const apart = servers(resources).filter(
      ({ resource, spec }) =>
        resource.kind === 'Deployment' &&
        (spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined ||
          spec.topologySpreadConstraints?.some(
            ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
          )),
    );
    expect(apart.map(nameOf)).toEqual([]);
  });

  it('lets its node be drained', () => {
    const budgets = resources.filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.length).toBeGreaterThan(0);
    expect(budgets.map(({ spec }) => at(spec, 'maxUnavailable'))).toEqual(budgets.map(() => 1));
  });

  it('is reached at the ports that its guide forwards', () => {
    const ports = resources
      .filter(({ spec }) => at(spec, 'type') === 'NodePort')
      .flatMap(({ metadata, spec }) => {
        const [{ nodePort, port } = {}] = at(spec, 'ports') as { nodePort?: number; port?: number }[];
        return [`service/${metadata.name.replace('-node-port', '')} ${nodePort}:${port}`];
      });
    expect(ports).toHaveLength(3);
    expect(ports.filter((one) => !readme.includes(`port-forward ${one} &`))).toEqual([]);
  });
});
