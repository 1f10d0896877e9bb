// What the manifests set is what the services read: no variable too few, none too many, and values that each one takes.
import { describe, expect, it } from 'vitest';
import { environment, type Unknown } from './_environment.js';
import { nameOf, servers, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { services } from './_services.js';
import type { Resource } from './_tree.js';

// What a vault may hold: 32 random bytes in base64 where a service wants a key, a password elsewhere.
const vault: Unknown = (_, key) => (key.endsWith('_SECRET') ? `${'A'.repeat(43)}=` : 'password');
/** Read by the preload that starts tracing, before there is a configuration. */
const TRACING = /^OTEL_/;

const every = [...overlays].flatMap(([overlay, folder]) => {
  const resources = render(folder);
  return services.map((service) => ({ overlay, resources, service, name: service.name }));
});

function containersOf(resources: readonly Resource[], name: string) {
  const pods = workloads(resources).filter((one) => [name, `${name}-migrate`].includes(nameOf(one)));
  return pods.flatMap(({ containers }) => containers);
}

describe('services', () => {
  it('are found', () => {
    expect(services.map(({ name }) => name)).toContain('edge');
  });

  it.each([...overlays])('are those that %s deploys', (_, folder) => {
    const ours = servers(render(folder)).filter(({ spec }) =>
      spec.containers[0]?.image?.startsWith('mooring/'),
    );
    expect(ours.map(nameOf).sort()).toEqual(services.map(({ name }) => name).sort());
  });
});

describe.each(every)('$name in $overlay', ({ resources, service, name }) => {
  const given = containersOf(resources, name).map((container) => ({
    container: container.name,
    variables: environment(container, resources, vault),
  }));
  const own = (variable: string): boolean => variable.startsWith(`${service.config.prefix}_`);
  const running = given.find(({ container }) => container === name)?.variables ?? new Map();

  const declared = new Set(
    containersOf(resources, name)
      .filter((one) => one.name === name)
      .flatMap(({ env }) => (env ?? []).map((variable) => variable.name)),
  );

  it('is given every variable', () => {
    const known = (variable: string): boolean => running.has(variable) || declared.has(variable);
    expect(service.variables.filter((variable) => !known(variable))).toEqual([]);
  });

  it('is given no variable that it does not read', () => {
    const names = given.flatMap(({ variables }) => [...variables.keys()]);
    expect(names.filter((variable) => own(variable) && !service.variables.includes(variable))).toEqual([]);
  });

  it('is given each secret by reference', () => {
    expect(service.secrets.filter((variable) => !declared.has(variable))).toEqual([]);
    const wrong = given.flatMap(({ variables }) =>
      [...variables].filter(
        ([variable, { origin }]) => service.secrets.includes(variable) && origin !== 'Secret',
      ),
    );
    expect(wrong).toEqual([]);
  });

  it.each(given)('$container accepts what it is given', ({ variables }) => {
    const env = Object.fromEntries([...variables].map(([variable, { value }]) => [variable, value]));
    expect(() => service.config.load(env)).not.toThrow();
  });

  it('has all of it in its ConfigMap, and nothing else in it', () => {
    const map = resources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.replace(/-[a-z0-9]{10}$/, '') === name,
    );
    const keys = Object.keys((map?.['data'] ?? {}) as object).filter((key) => !TRACING.test(key));
    expect(keys.filter((key) => !service.variables.includes(key))).toEqual([]);
    expect(keys.filter((key) => service.secrets.includes(key))).toEqual([]);
  });

  it('has its migrations applied by a Job and before each pod, if it has any', () => {
    const containers = given.map(({ container }) => container).sort();
    expect(containers).toEqual(service.migrates ? ['migrate', 'migrated', name].sort() : [name]);
  });
});
