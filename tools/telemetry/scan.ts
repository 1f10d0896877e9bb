// Finds in the source every metric, span name and attribute that our own code makes, without running it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { spanNames } from './scan-spans.js';
import { constant, type Found, type Source, walk } from './source.js';

/** A metric as the source makes it. */
export interface FoundMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** The service, or `runtime` for what any process may have. */
  readonly from: string;
}

export interface Scan {
  readonly metrics: readonly FoundMetric[];
  readonly spans: readonly Found[];
  readonly attributes: readonly Found[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
// The console runs in pages, which report nothing.
const SILENT: ReadonlySet<string> = new Set(['console']);
const MAKERS = ['counter', 'gauge', 'histogram'] as const;
const ATTRIBUTE = /^(mooring|messaging|url|http|db|rpc)\.[a-z][a-z._]*$/;

/** All services and the runtime. Throws at what cannot be read without running it: names are literals. */
export function scan(): Scan {
  const sources = [
    ...folder('infra/runtime/src', 'runtime'),
    ...readdirSync(path.join(root, 'services'))
      .filter((service) => !SILENT.has(service))
      .flatMap((service) => folder(`services/${service}/src`, service)),
  ];
  return {
    metrics: sources.flatMap(metrics),
    spans: unique(spanNames(sources)),
    attributes: unique(sources.flatMap(attributes)),
  };
}

function folder(place: string, from: string): readonly Source[] {
  const at = path.join(root, place);
  if (!statSync(at, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(\.test\.ts$|(^|\/)(_[^/]+|generated\/.*)$)/.test(name))
    .sort()
    .map((name) => {
      const text = readFileSync(path.join(at, name), 'utf8');
      const file = ts.createSourceFile(`${place}/${name}`, text, ts.ScriptTarget.ES2023, true);
      return { from, file };
    });
}

function metrics({ from, file }: Source): readonly FoundMetric[] {
  const found: FoundMetric[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const type = MAKERS.find((maker) => maker === (node.expression as ts.Identifier).text);
    const [options] = node.arguments;
    if (type === undefined || options === undefined || !ts.isObjectLiteralExpression(options)) return;
    const labels = property(options, 'labels');
    for (const values of rowsAround(node)) {
      found.push({
        name: text(property(options, 'name', values), file),
        type,
        help: text(property(options, 'help', values), file).replace(/\.$/, ''),
        labels:
          labels === undefined
            ? []
            : elements(labels).map((label) => text(values.get(label.getText()) ?? label, file)),
        from,
      });
    }
  });
  return found;
}

// Wherever a name of that shape is a key or the first argument of `setAttribute`: nothing else is named so.
function attributes({ from, file }: Source): readonly Found[] {
  const found: Found[] = [];
  walk(file, (node) => {
    const isKey = ts.isPropertyAssignment(node) && ts.isStringLiteral(node.name);
    if (isKey && ATTRIBUTE.test(node.name.text)) found.push({ name: node.name.text, from });
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    if (node.expression.name.text === 'setAttribute')
      found.push({ name: text(node.arguments[0], file), from });
  });
  return found;
}

/** What names stand for in a row. */
type Values = ReadonlyMap<string, ts.Expression>;

/** Of metrics that are made in a loop over a table of literals: each row by the names of its columns. */
function rowsAround(node: ts.Node): readonly Values[] {
  for (let around = node.parent; around !== undefined; around = around.parent) {
    if (!ts.isForOfStatement(around) || !ts.isVariableDeclarationList(around.initializer)) continue;
    const pattern = around.initializer.declarations[0]?.name;
    if (pattern === undefined || !ts.isArrayBindingPattern(pattern)) continue;
    const columns = pattern.elements.map((element) => element.getText());
    const table = tableOf(around.expression);
    if (table === undefined)
      throw new TypeError(`${node.getSourceFile().fileName}: ${around.expression.getText()} is no table`);
    return elements(table).map(
      (row) => new Map(elements(row).map((cell, index) => [columns[index] ?? '', cell])),
    );
  }
  return [new Map()];
}

/** The literal itself, or what the constant of that name is. */
function tableOf(node: ts.Expression): ts.ArrayLiteralExpression | undefined {
  if (ts.isArrayLiteralExpression(node)) return node;
  if (ts.isAsExpression(node)) return tableOf(node.expression);
  if (!ts.isIdentifier(node)) return undefined;
  const value = constant(node);
  return value === undefined ? undefined : tableOf(value);
}

function property(
  object: ts.ObjectLiteralExpression,
  name: string,
  values: Values = new Map(),
): ts.Expression | undefined {
  for (const member of object.properties) {
    if (member.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(member)) return member.initializer;
    if (ts.isShorthandPropertyAssignment(member)) return values.get(name);
  }
  return undefined;
}

function elements(node: ts.Expression): readonly ts.Expression[] {
  return ts.isArrayLiteralExpression(node) ? [...node.elements] : [];
}

function text(node: ts.Expression | undefined, file: ts.SourceFile): string {
  if (node !== undefined && ts.isStringLiteralLike(node)) return node.text;
  throw new TypeError(`${file.fileName}: ${node?.getText() ?? 'nothing'} is no literal`);
}

function unique(found: readonly Found[]): readonly Found[] {
  const keys = new Set(found.map(({ name, from }) => JSON.stringify([name, from])));
  return [...keys].sort().map((key) => {
    const [name, from] = JSON.parse(key) as [string, string];
    return { name, from };
  });
}
