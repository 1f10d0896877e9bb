// Names generated ConfigMaps and Secrets after what they hold, as Kustomize does, and points at them by their new names.
import { createHash } from 'node:crypto';
import { isObject, mapStrings, type Resource } from './_tree.js';

// Kustomize writes a hash without letters that could spell something.
const LETTERS: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/** Go sorts keys and escapes what could end a script in a page; so do we, or the hashes differ. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
  return text.replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// Kustomize hashes an empty name, so that the hash says what is held and nothing else.
function hashOf({ kind, type, data }: Resource): string {
  const name = '';
  const hashed = kind === 'Secret' ? { kind, type, name, data } : { kind, name, data };
  const hex = createHash('sha256').update(goJson(hashed)).digest('hex').slice(0, 10);
  return [...hex].map((sign) => LETTERS[sign] ?? sign).join('');
}

const REFERENCES: Readonly<Record<string, RegExp>> = {
  ConfigMap: /\.(configMapRef|configMapKeyRef|configMap)\.name$/,
  Secret: /\.(secretRef|secretKeyRef|secret)\.(name|secretName)$/,
};

/** `resources` with the generated ones among them renamed, and every reference with them. */
export function withHashedNames(
  resources: readonly Resource[],
  generated: ReadonlySet<string>,
): readonly Resource[] {
  const renamed = new Map<string, string>();
  const named = resources.map((resource) => {
    const { kind, metadata } = resource;
    const key = `${kind}/${metadata.name}`;
    if (!generated.has(key)) return resource;
    const name = `${metadata.name}-${hashOf(resource)}`;
    renamed.set(key, name);
    return { ...resource, metadata: { ...metadata, name } };
  });
  const rename = (text: string, path: string): string => {
    for (const [kind, pattern] of Object.entries(REFERENCES)) {
      if (pattern.test(path)) return renamed.get(`${kind}/${text}`) ?? text;
    }
    return text;
  };
  return named.map((resource) => mapStrings(resource, rename) as Resource);
}
