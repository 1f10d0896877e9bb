// What YAML becomes: plain values, and the ways in which the tests walk through them.

export type Tree = string | number | boolean | null | readonly Tree[] | { readonly [key: string]: Tree };

/** A Kubernetes object, of any kind. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** `kind/name`. */
export function titleOf({ kind, metadata }: Resource): string {
  return `${kind}/${metadata.name}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is at `spec.template.spec` and the like; undefined when it is not there. */
export function at(value: unknown, path: string): unknown {
  let here = value;
  for (const step of path.split('.')) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here)) here = here[step];
    else return undefined;
  }
  return here;
}

/** Every string in a tree, changed where `change` says so. */
export function mapStrings(
  value: unknown,
  change: (text: string, path: string) => string,
  path = '',
): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change, `${path}[]`));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, change, `${path}.${key}`)]),
  );
}
