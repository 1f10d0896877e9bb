// Renders an overlay as `kubectl kustomize` does, so that the tests need no kubectl. Takes what the manifests use and
// refuses every field that it does not know.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { withHashedNames } from './_names.js';
import { patched } from './_patch.js';
import { isObject, type Resource } from './_tree.js';

type Fields = Readonly<Record<string, unknown>>;

interface Rendering {
  resources: readonly Resource[];
  /** `kind/name` of what a generator made. */
  readonly generated: Set<string>;
}

const FIELDS: readonly string[] = [
  'apiVersion',
  'kind',
  'namespace',
  'sortOptions',
  'resources',
  'components',
  'configMapGenerator',
  'secretGenerator',
  'images',
  'patches',
];
// Of the kinds that are here, those that stand in no namespace.
const CLUSTER_WIDE: readonly string[] = ['Namespace', 'ClusterIssuer', 'GatewayClass', 'PriorityClass'];

/** Every object of the kustomization in `folder`. */
export function render(folder: string): readonly Resource[] {
  const rendering: Rendering = { resources: [], generated: new Set() };
  accumulate(folder, rendering);
  return withHashedNames(rendering.resources, rendering.generated);
}

function accumulate(folder: string, into: Rendering): void {
  const kustomization: unknown = parse(readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'));
  if (!isObject(kustomization)) throw new TypeError(`${folder} holds no kustomization`);
  const unknown = Object.keys(kustomization).filter((field) => !FIELDS.includes(field));
  if (unknown.length > 0) throw new TypeError(`${folder}: the renderer does not know ${unknown}`);

  // In which order things are applied is nothing that the tests look at, but for that it is asked for.
  const { order = 'legacy' } = (kustomization['sortOptions'] ?? {}) as { order?: unknown };
  if (order !== 'legacy') throw new TypeError(`${folder}: the renderer does not know the order ${order}`);

  const own: Rendering = kustomization['kind'] === 'Component' ? into : { ...into, resources: [] };
  for (const name of strings(kustomization['resources'])) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) accumulate(file, own);
    else own.resources = [...own.resources, ...read(file)];
  }
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const) {
    for (const generator of objects(kustomization[field])) generate(folder, kind, generator, own);
  }
  for (const name of strings(kustomization['components'])) accumulate(path.join(folder, name), own);
  for (const patch of objects(kustomization['patches'])) patchAll(folder, patch, own);
  if (typeof kustomization['namespace'] === 'string') place(kustomization['namespace'], own);
  for (const image of objects(kustomization['images'])) tag(image, own);
  if (own !== into) into.resources = [...into.resources, ...own.resources];
}

function read(file: string): readonly Resource[] {
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new TypeError(`${file}: ${document.errors.join('; ')}`);
    return document.toJS() as Resource;
  });
}

function generate(folder: string, kind: string, generator: Fields, into: Rendering): void {
  const { name, behavior, envs, files, literals, ...rest } = generator;
  if (typeof name !== 'string' || Object.keys(rest).length > 0)
    throw new TypeError(`${folder}: ${kind} ${name}`);
  const data = Object.fromEntries([
    ...strings(envs).flatMap((file) => lines(path.join(folder, file)).map(keyAndValue)),
    ...strings(files).map(
      (file) => [path.basename(file), readFileSync(path.join(folder, file), 'utf8')] as const,
    ),
    ...strings(literals).map(keyAndValue),
  ]);
  const encoded =
    kind === 'ConfigMap'
      ? data
      : Object.fromEntries(
          Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
        );
  const present = into.resources.find((one) => one.kind === kind && one.metadata.name === name);
  if ((behavior === 'merge') !== (present !== undefined)) {
    throw new TypeError(
      `${folder}: ${kind} ${name} is ${present ? 'there already' : 'not there to be merged'}`,
    );
  }
  const made: Resource = {
    apiVersion: 'v1',
    kind,
    metadata: present?.metadata ?? { name },
    ...(kind === 'Secret' ? { type: 'Opaque' } : {}),
    data: { ...(present?.['data'] as object | undefined), ...encoded },
  };
  into.resources = [...into.resources.filter((one) => one !== present), made];
  into.generated.add(`${kind}/${name}`);
}

function lines(file: string): readonly string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function keyAndValue(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new TypeError(`not key=value: ${text}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function patchAll(folder: string, { path: file, patch, target, ...rest }: Fields, into: Rendering): void {
  if (Object.keys(rest).length > 0 || !isObject(target))
    throw new TypeError(`${folder}: a patch has a target`);
  const operations: unknown = parse(
    typeof file === 'string' ? readFileSync(path.join(folder, file), 'utf8') : String(patch),
  );
  const { kind, name, labelSelector, ...more } = target;
  if (Object.keys(more).length > 0)
    throw new TypeError(`${folder}: the renderer does not know ${Object.keys(more)}`);
  const fits = ({ kind: is, metadata }: Resource): boolean =>
    whole(kind, is) && whole(name, metadata.name) && selected(labelSelector, metadata.labels ?? {});
  // Kustomize passes over a target that is not there; then the patch does nothing, which nobody wanted.
  if (!into.resources.some(fits))
    throw new TypeError(`${folder}: nothing to patch: ${JSON.stringify(target)}`);
  into.resources = isDeletion(operations)
    ? into.resources.filter((one) => !fits(one))
    : into.resources.map((one) => (fits(one) ? (patched(one, operations) as Resource) : one));
}

// Of the patches that are pieces of objects, only the one that takes the object away is used.
function isDeletion(operations: unknown): boolean {
  return isObject(operations) && operations['$patch'] === 'delete';
}

function whole(pattern: unknown, text: string): boolean {
  return pattern === undefined || new RegExp(`^(?:${String(pattern)})$`).test(text);
}

function selected(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  if (selector === undefined) return true;
  return String(selector)
    .split(',')
    .every((term) => {
      const [key, value] = keyAndValue(term.trim());
      return labels[key] === value;
    });
}

function place(namespace: string, into: Rendering): void {
  into.resources = into.resources.map((one) =>
    CLUSTER_WIDE.includes(one.kind) ? one : { ...one, metadata: { ...one.metadata, namespace } },
  );
}

function tag({ name, newTag, ...rest }: Fields, into: Rendering): void {
  if (Object.keys(rest).length > 0)
    throw new TypeError(`the renderer does not know ${Object.keys(rest)} of images`);
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const image = key === 'image' && typeof item === 'string' && item.split(':')[0] === name;
        return [key, image ? `${name}:${newTag}` : walk(item)];
      }),
    );
  };
  into.resources = into.resources.map((one) => walk(one) as Resource);
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The folders of `k8s/overlays` by name. */
export const overlays: ReadonlyMap<string, string> = (() => {
  const folder = path.resolve(import.meta.dirname, '../../k8s/overlays');
  return new Map(readdirSync(folder).map((name) => [name, path.join(folder, name)]));
})();
