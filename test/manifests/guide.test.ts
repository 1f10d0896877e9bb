// The guide to a cluster names what is there: labels, namespaces and files that its commands use, and what is to be replaced.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { environment } from './_environment.js';
import { nameOf, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at } from './_tree.js';

const root = path.resolve(import.meta.dirname, '../..');
const guide = readFileSync(path.join(root, 'k8s/README.md'), 'utf8');
const production = render(overlays.get('production') ?? '');

it('deletes the Jobs that stand in the way of the next version, and no others', () => {
  const [, key = '', value] = /delete job -l (\S+)=(\S+)/.exec(guide) ?? [];
  const jobs = production.filter(({ kind }) => kind === 'Job');
  expect(jobs.map(({ metadata }) => metadata.labels?.[key])).toEqual(jobs.map(() => value));
  const others = production.filter(
    ({ kind, metadata }) => kind !== 'Job' && metadata.labels?.[key] === value,
  );
  expect(others).toEqual([]);
});

it('installs operators in the namespaces that policies name', () => {
  const named = [...guide.matchAll(/^\| .* \| `([a-z-]+)` +\| +\S+ +\| +[\d.]+ +\|$/gm)].map(
    ([, namespace]) => namespace,
  );
  const selected = [...JSON.stringify(production).matchAll(/"kubernetes\.io\/metadata\.name":"([^"]+)"/g)];
  const foreign = new Set(selected.map(([, namespace]) => namespace).filter((one) => one !== 'kube-system'));
  expect(foreign.size).toBe(3);
  expect([...foreign].filter((namespace) => !named.includes(namespace))).toEqual([]);
});

it('makes what the gateway refers to and nobody else makes', () => {
  const gateway = production.find(({ kind }) => kind === 'Gateway');
  expect(guide).toContain(`metadata: { name: ${at(gateway, 'spec.gatewayClassName')} }`);
  const text = JSON.stringify(
    production.filter(({ kind }) => ['Gateway', 'ClientTrafficPolicy'].includes(kind)),
  );
  const maps = [...text.matchAll(/"kind":"ConfigMap","name":"([^"]+)"/g)].map(([, name]) => name);
  expect(maps.length).toBe(2);
  expect(maps.filter((name) => !guide.includes(`create configmap ${name} `))).toEqual([]);
});

it('has whoever counts addresses believe the gateway, and says that its network is to be replaced', () => {
  const found = workloads(production).flatMap((pod) =>
    pod.spec.containers.flatMap((container) =>
      [...environment(container, production, () => 'password')].filter(([name]) =>
        name.endsWith('_TRUSTED_PROXIES'),
      ),
    ),
  );
  expect(found.map(([name]) => name).sort()).toEqual(['API_TRUSTED_PROXIES', 'EDGE_TRUSTED_PROXIES']);
  expect(found.filter(([name, { value }]) => value === '' || !guide.includes(`\`${name}\``))).toEqual([]);
});

it('applies files that are there', () => {
  const files = [...guide.matchAll(/kubectl apply -[fk] (k8s\/\S+)/g)].map(([, file = '']) => file);
  const own = files.filter((file) => file !== 'k8s/overlays/yours');
  expect(own.length).toBeGreaterThan(1);
  expect(own.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

it('loads the images of every service', () => {
  const [, list = ''] = /for s in ([a-z -]+); do kind load/.exec(guide) ?? [];
  const images = workloads(production).flatMap((pod) => pod.containers.map(({ image = '' }) => image));
  const own = new Set(images.flatMap((image) => /^mooring\/([a-z-]+):/.exec(image)?.[1] ?? []));
  expect(list.split(' ').sort()).toEqual([...own].sort());
  const versions = [...guide.matchAll(/mooring\/(?:\$s|edge):(\S+?)[;\s]/g)].map(([, version]) => version);
  expect(images).toEqual(expect.arrayContaining(versions.map((version) => `mooring/edge:${version}`)));
  expect(workloads(production).map(nameOf)).toContain('edge');
});

const shown = [...guide.matchAll(/```yaml\n(apiVersion: kustomize\.config[\s\S]*?)```/g)].map(
  ([, text = '']): unknown => parse(text),
);

it('shows overlays', () => {
  expect(shown.map((one) => at(one, 'resources'))).toEqual([['../local'], ['../production']]);
});

it.each(shown)('shows an overlay that changes what is there', (kustomization) => {
  const base = path.resolve(root, 'k8s/overlays/yours', String(at(kustomization, 'resources.0')));
  const resources = render(base);
  for (const { name, behavior, literals } of at(kustomization, 'configMapGenerator') as {
    name: string;
    behavior: string;
    literals: string[];
  }[]) {
    const map = resources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.replace(/-[a-z0-9]{10}$/, '') === name,
    );
    expect(behavior).toBe('merge');
    const keys = Object.keys((map?.['data'] ?? {}) as object);
    expect(
      literals.map((literal) => literal.split('=')[0]).filter((key = '') => !keys.includes(key)),
    ).toEqual([]);
  }
});
