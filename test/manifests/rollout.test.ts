// A new version takes over without losing anything: pods have the time that they need to go, wait for what they stand on,
// and are of one version.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment } from './_environment.js';
import { nameOf, servers, workloads } from './_pods.js';
import { amount } from './_quantity.js';
import { overlays, render } from './_render.js';
import { services } from './_services.js';
import { at, isObject, titleOf } from './_tree.js';

const root = path.resolve(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };

// What services/edge/src/sockets/runnable.ts adds to the drain, and infra/runtime gives each part to stop.
const SOCKETS_MARGIN_S = 5;
const PART_S = 10;
/** A kubelet keeps five files of 10 MiB of what a container says, and counts them as written by the pod. */
const LOGS_BYTES = 50 * 1024 ** 2;

describe.each([...overlays])('%s', (_, folder) => {
  const resources = render(folder);
  const pods = workloads(resources);
  const ours = servers(resources).filter(({ resource }) => resource.kind === 'Deployment');

  it('gives an edge the time to drain and to flush, and not much more', () => {
    const { container, spec, variable: seconds } = edgeOf();
    const preStop = container.lifecycle?.preStop?.sleep?.seconds ?? 0;
    // Then what was said is flushed, ends are reported and the lease is given back.
    const drain = seconds('EDGE_DRAIN_DELAY_S') + seconds('EDGE_DRAIN_S') + SOCKETS_MARGIN_S;
    const least = preStop + drain + 3 * PART_S;
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(least);
    expect(spec.terminationGracePeriodSeconds).toBeLessThan(least + 15);
    // The balancer has to notice before the port closes.
    const { periodSeconds = 10, failureThreshold = 3 } = container.readinessProbe ?? {};
    expect(preStop + seconds('EDGE_DRAIN_DELAY_S')).toBeGreaterThanOrEqual(periodSeconds * failureThreshold);
  });

  it('gives a full edge the time that its pace takes', () => {
    const { variable } = edgeOf();
    // Two thirds of what may come back in a second are closed in it.
    const closesPerS = (variable('EDGE_DRAIN_PER_S') * 2) / 3;
    expect(variable('EDGE_MAX_CONNECTIONS') / closesPerS).toBeLessThanOrEqual(variable('EDGE_DRAIN_S'));
  });

  function edgeOf() {
    const edge = ours.find((pod) => nameOf(pod) === 'edge');
    const [container] = edge?.spec.containers ?? [];
    if (edge === undefined || container === undefined) throw new TypeError('there is no edge');
    const variables = environment(container, resources, () => 'password');
    const variable = (name: string): number => Number(variables.get(name)?.value);
    return { container, spec: edge.spec, variable };
  }

  it.each(ours.map((pod) => [nameOf(pod), pod] as const))(
    'lets %s finish what it has begun',
    (_, { spec }) => {
      const sleeps = spec.containers.map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
      expect(Math.min(...sleeps)).toBeGreaterThan(0);
      expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Math.max(...sleeps) + 3 * PART_S);
    },
  );

  it('takes no pod away before another one is ready', () => {
    const strategies = ours.map(({ resource }) => at(resource, 'spec.strategy'));
    expect(new Set(strategies.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } })]),
    );
  });

  it('asks on start, for readiness and for life apart', () => {
    const probes = ours.flatMap(({ spec }) =>
      spec.containers.map(({ startupProbe, readinessProbe, livenessProbe }) =>
        [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet?.path),
      ),
    );
    expect(new Set(probes.map(String))).toEqual(new Set(['/livez,/readyz,/livez']));
    expect(
      ours.flatMap(({ spec }) => spec.containers.map((one) => one.readinessProbe?.httpGet?.port)),
    ).toEqual(ours.map(() => 'health'));
  });

  it('applies streams and migrations by Jobs that go away by themselves', () => {
    const jobs = pods.filter(({ resource }) => resource.kind === 'Job').map(nameOf);
    const migrating = services.filter(({ migrates }) => migrates).map(({ name }) => `${name}-migrate`);
    expect(jobs.sort()).toEqual([...migrating, 'streams'].sort());
  });

  it('lets no variable that Kubernetes makes of a Service pass for one of ours', () => {
    expect(pods.filter(({ spec }) => spec.enableServiceLinks !== false).map(nameOf)).toEqual([]);
  });

  it('runs one version, and names the version of everything else', () => {
    const images = pods.flatMap(({ containers }) => containers.map(({ image = '' }) => image));
    const own = images.filter((image) => image.startsWith('mooring/'));
    expect([...new Set(own.map((image) => image.split(':')[1]))]).toEqual([version]);
    expect(images.filter((image) => !/:v?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$/.test(image))).toEqual([]);
  });

  it('refers to nothing that is not there', () => {
    const there = new Set([
      ...resources.map(titleOf),
      ...resources.flatMap((one) => {
        const secret = at(one, 'spec.target.name') ?? at(one, 'spec.secretName');
        return typeof secret === 'string' ? [`Secret/${secret}`] : [];
      }),
    ]);
    const missing = pods.flatMap((pod) =>
      [...references(pod.resource)]
        .filter((title) => !there.has(title))
        .map((title) => `${nameOf(pod)}: ${title}`),
    );
    expect(missing).toEqual([]);
  });

  it('keeps the limit on what is written in a pod above the sum of its volumes and its logs', () => {
    const tight = servers(resources).filter(({ spec }) => {
      const volumes = (spec.volumes ?? []).map(({ emptyDir }) =>
        emptyDir && emptyDir.medium !== 'Memory' ? (amount(emptyDir.sizeLimit) ?? Number.NaN) : 0,
      );
      const limit = spec.containers.reduce(
        (sum, one) => sum + (amount(one.resources?.limits?.['ephemeral-storage']) ?? Number.NaN),
        0,
      );
      return !(volumes.reduce((sum, one) => sum + one, LOGS_BYTES) < limit);
    });
    expect(tight.map(nameOf)).toEqual([]);
  });
});

/** Titles of what the pods of `value` need; what they can do without is left out. */
function* references(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* references(item);
  if (!isObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    const [name, optional] = [at(item, 'name') ?? at(item, 'secretName'), at(item, 'optional')];
    if (typeof name === 'string' && optional !== true) {
      if (['configMapRef', 'configMapKeyRef', 'configMap'].includes(key)) yield `ConfigMap/${name}`;
      if (['secretRef', 'secretKeyRef', 'secret'].includes(key)) yield `Secret/${name}`;
    }
    if (key === 'serviceAccountName') yield `ServiceAccount/${String(item)}`;
    yield* references(item);
  }
}
