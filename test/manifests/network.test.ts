// The network policies allow what the table of arrows says and what the configuration makes services do, and no more.
import { describe, expect, it } from 'vitest';
import { allowed } from './_allowed.js';
import { type Arrow, arrows, further } from './_arrows.js';
import { environment } from './_environment.js';
import { nameOf, servers, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at } from './_tree.js';

const NAME = 'app.kubernetes.io/name';

const ends = (arrow: string): { from: string; to: string; port: number } => {
  const [, from = '', to = '', port = ''] = /^(.+) → (.+):(\d+)$/.exec(arrow) ?? [];
  return { from, to, port: Number(port) };
};

describe.each([...overlays])('%s', (overlay, folder) => {
  const resources = render(folder);
  const pods = workloads(resources);
  const table: readonly Arrow[] = [...arrows, ...(further[overlay] ?? [])];

  it('denies what nothing allows', () => {
    const all = resources.filter(
      ({ kind, spec }) => kind === 'NetworkPolicy' && JSON.stringify(at(spec, 'podSelector')) === '{}',
    );
    expect(all.map(({ spec }) => spec)).toEqual([{ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }]);
  });

  it('lets everybody out along the arrows, and nowhere else', () => {
    const out = table.filter((arrow) => ends(arrow).from !== 'anywhere');
    expect(allowed(resources, 'egress')).toEqual([...out].sort());
  });

  it('lets everybody in along the arrows, and from nowhere else', () => {
    const deployed = new Set(pods.map(nameOf));
    const into = table.filter((arrow) => deployed.has(ends(arrow).to));
    expect(allowed(resources, 'ingress')).toEqual([...into].sort());
  });

  it('lets in to ports that are open', () => {
    const open = pods.flatMap((pod) =>
      pod.containers.flatMap(({ ports }) =>
        (ports ?? []).map(({ containerPort }) => `${nameOf(pod)}:${containerPort}`),
      ),
    );
    const entered = allowed(resources, 'ingress').map((arrow) => `${ends(arrow).to}:${ends(arrow).port}`);
    expect(entered.filter((end) => !open.includes(end))).toEqual([]);
  });

  it('has an arrow to whatever a configuration names, and calls by the name of a Service', () => {
    const services = new Map(
      resources.filter(({ kind }) => kind === 'Service').map((one) => [one.metadata.name, one] as const),
    );
    const named = pods.flatMap((pod) =>
      pod.containers.flatMap((container) =>
        [...environment(container, resources, () => 'password').values()].flatMap(({ value }) =>
          [...value.matchAll(/(?<![\w.])([a-z][a-z-]*):(\d{4,5})\b/g)].flatMap(([, host = '', port = '']) => {
            const target = at(services.get(host), `spec.selector`) as Record<string, string> | undefined;
            return target === undefined ? [] : [`${nameOf(pod)} → ${target[NAME]}:${port}`];
          }),
        ),
      ),
    );
    // A migration is told all that its service is told, and uses the database alone.
    const used = named.filter(
      (arrow) => !ends(arrow).from.endsWith('-migrate') || ends(arrow).to === 'postgres',
    );
    expect(used.length).toBeGreaterThan(0);
    expect([...new Set(used)].filter((arrow) => !(table as readonly string[]).includes(arrow))).toEqual([]);
    const inside = table.filter((arrow) => services.has(ends(arrow).to) && !arrow.startsWith('anywhere'));
    const unused = inside.filter((arrow) => !used.includes(arrow) && ends(arrow).from !== 'nats');
    expect(
      unused.filter((arrow) => servers(resources).some((pod) => nameOf(pod) === ends(arrow).from)),
    ).toEqual([]);
  });
});
