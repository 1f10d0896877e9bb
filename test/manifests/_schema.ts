// Holds objects against the schemas of Kubernetes and of the extensions in use: values as the API server checks them,
// and fields that no schema has, which it would drop or refuse.
import path from 'node:path';
import ts from 'typescript';
import type { Resource } from './_tree.js';

/** Which module has the model of an API group and version. */
const MODULES: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/v1',
  'apps/v1': 'kubernetes-models/apps/v1',
  'autoscaling/v2': 'kubernetes-models/autoscaling/v2',
  'batch/v1': 'kubernetes-models/batch/v1',
  'networking.k8s.io/v1': 'kubernetes-models/networking.k8s.io/v1',
  'policy/v1': 'kubernetes-models/policy/v1',
  'cert-manager.io/v1': '@kubernetes-models/cert-manager/cert-manager.io/v1',
  'external-secrets.io/v1': '@kubernetes-models/external-secrets/external-secrets.io/v1',
  'gateway.envoyproxy.io/v1alpha1': '@kubernetes-models/envoy-gateway/gateway.envoyproxy.io/v1alpha1',
  'gateway.networking.k8s.io/v1': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1',
  'keda.sh/v1alpha1': '@kubernetes-models/keda/keda.sh/v1alpha1',
  'postgresql.cnpg.io/v1': '@kubernetes-models/cloudnative-pg/postgresql.cnpg.io/v1',
};

interface Model {
  validate(): void;
}

/** What is wrong with the values of `resource`; undefined when nothing is. Throws for a kind that nobody knows. */
export async function invalidValues(resource: Resource): Promise<string | undefined> {
  const { apiVersion, kind } = resource;
  const models: Record<string, unknown> = await import(moduleOf(apiVersion));
  const model = models[kind];
  if (typeof model !== 'function') throw new TypeError(`${apiVersion} has no ${kind}`);
  try {
    (Reflect.construct(model, [resource]) as Model).validate();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What the compiler finds in the objects as literals of their types: unknown fields above all. One line for each. */
export function misfits(resources: readonly Resource[]): readonly string[] {
  const lines = resources.map(({ apiVersion, kind, ...rest }, index) => {
    const type = `import('${moduleOf(apiVersion)}').I${kind}`;
    return `export const of${index}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
  });
  const file = path.join(import.meta.dirname, '__literals.ts');
  const source = lines.join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? source : readFile(name));
  host.getSourceFile = (name, ...rest) =>
    name === file
      ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023, true)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file: at, start, messageText }) => {
    const line = at === undefined || start === undefined ? 0 : at.getLineAndCharacterOfPosition(start).line;
    const { kind, metadata } = resources[line] ?? { kind: '', metadata: { name: '' } };
    return `${kind}/${metadata.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

function moduleOf(apiVersion: string): string {
  const found = MODULES[apiVersion];
  if (found === undefined) throw new TypeError(`no schema is known for ${apiVersion}`);
  return found;
}
