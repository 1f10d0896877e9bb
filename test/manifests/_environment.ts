// The environment that a container starts with, worked out as the kubelet does it.
import type { IContainer } from 'kubernetes-models/v1';
import { at, type Resource } from './_tree.js';

/** Where a variable's value comes from. */
export type Origin = 'ConfigMap' | 'Secret' | 'literal' | 'pod';

export interface Variable {
  readonly value: string;
  readonly origin: Origin;
}

/** Stands for a secret whose value is not in the manifests. */
export type Unknown = (secret: string, key: string) => string;

const POD = 'edge-7d9f8b6c5-x2x4z';

/** Variables by name; `pod` is what the pod is called. Throws when something that is referred to does not exist and is not optional. */
export function environment(
  container: IContainer,
  resources: readonly Resource[],
  unknown: Unknown,
  pod = POD,
): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  // What comes from a whole ConfigMap is not there yet when the values of single variables are put together.
  const own = new Set<string>();
  for (const { configMapRef } of container.envFrom ?? []) {
    const name = configMapRef?.name ?? '';
    for (const [key, value] of Object.entries(dataOf(resources, 'ConfigMap', name))) {
      found.set(key, { value, origin: 'ConfigMap' });
    }
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    own.add(name);
    if (valueFrom?.configMapKeyRef) {
      const { name: map = '', key } = valueFrom.configMapKeyRef;
      const text = dataOf(resources, 'ConfigMap', map)[key];
      if (text === undefined) throw new TypeError(`ConfigMap ${map} has no ${key}`);
      found.set(name, { value: text, origin: 'ConfigMap' });
    } else if (valueFrom?.secretKeyRef) {
      const { name: secret = '', key, optional } = valueFrom.secretKeyRef;
      const text = secretText(resources, secret, key, unknown);
      if (text === undefined && optional !== true) throw new TypeError(`Secret ${secret} has no ${key}`);
      if (text !== undefined) found.set(name, { value: text, origin: 'Secret' });
    } else if (valueFrom?.fieldRef) {
      found.set(name, { value: pod, origin: 'pod' });
    } else {
      const parts = [...(value ?? '').matchAll(/\$\((\w+)\)/g)].map(([, part = '']) => part);
      const missing = parts.filter((part) => !found.has(part) || !own.has(part));
      if (missing.length > 0) throw new TypeError(`${name} is made of what comes later or never: ${missing}`);
      const text = (value ?? '').replace(/\$\((\w+)\)/g, (_, part: string) => found.get(part)?.value ?? '');
      const origin = parts.some((part) => found.get(part)?.origin === 'Secret') ? 'Secret' : 'literal';
      found.set(name, { value: text, origin });
    }
  }
  return found;
}

function dataOf(
  resources: readonly Resource[],
  kind: string,
  name: string,
): Readonly<Record<string, string>> {
  const found = resources.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new TypeError(`there is no ${kind} ${name}`);
  return (found['data'] ?? {}) as Record<string, string>;
}

function secretText(
  resources: readonly Resource[],
  name: string,
  key: string,
  unknown: Unknown,
): string | undefined {
  const here = resources.some((one) => one.kind === 'Secret' && one.metadata.name === name);
  if (here) {
    const text = dataOf(resources, 'Secret', name)[key];
    return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
  }
  const fetched = resources.some(
    (one) => one.kind === 'ExternalSecret' && at(one, 'spec.target.name') === name,
  );
  return fetched ? unknown(name, key) : undefined;
}
