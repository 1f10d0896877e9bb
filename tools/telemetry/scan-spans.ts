// Finds the names of spans: what `inSpan` is given, and what functions are given that hand their name on to it.
import path from 'node:path';
import ts from 'typescript';
import { constant, type Found, type Source, walk } from './source.js';

/** Functions that take a span's name, as `file#function`, by which argument it is. */
type Takers = Map<string, number>;

const IN_SPAN = 'infra/runtime/src/trace.ts#inSpan';

/** `from` is where the name is written. Parts that are known only when it runs stand in braces: `consume {durable}`. */
export function spanNames(sources: readonly Source[]): readonly Found[] {
  const takers: Takers = new Map([[IN_SPAN, 0]]);
  // Whoever hands its own parameter on takes a name too; again until nobody new is found.
  for (let before = 0; before !== takers.size; ) {
    before = takers.size;
    for (const source of sources) calls(source, takers, (argument) => void handedOn(argument, takers));
  }
  const found: Found[] = [];
  for (const { from, file } of sources) {
    calls({ from, file }, takers, (argument) => {
      if (handedOn(argument, takers)) return;
      for (const name of namesOf(argument)) found.push({ name, from });
    });
  }
  return found;
}

function calls({ file }: Source, takers: Takers, visit: (name: ts.Expression) => void): void {
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const argument = node.arguments[takers.get(origin(file, node.expression.text)) ?? -1];
    if (argument !== undefined) visit(argument);
  });
}

/** Where a function that a file calls is declared. */
function origin(file: ts.SourceFile, name: string): string {
  for (const statement of file.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    if (!bindings.elements.some((element) => element.name.text === name)) continue;
    const { text } = statement.moduleSpecifier;
    // Of the runtime's own functions only this one takes a name and is called from elsewhere.
    if (!text.startsWith('.')) return text === '@mooring/runtime' && name === 'inSpan' ? IN_SPAN : text;
    const target = path.posix.join(path.posix.dirname(file.fileName), text.replace(/\.js$/, '.ts'));
    return `${target}#${name}`;
  }
  return `${file.fileName}#${name}`;
}

/** Whether the name is a parameter of the function around it, which is then noted. */
function handedOn(argument: ts.Expression, takers: Takers): boolean {
  if (!ts.isIdentifier(argument)) return false;
  for (let around: ts.Node = argument; around.parent !== undefined; around = around.parent) {
    if (!ts.isFunctionDeclaration(around) || around.name === undefined) continue;
    const index = around.parameters.findIndex(({ name }) => name.getText() === argument.text);
    if (index < 0) continue;
    takers.set(`${around.getSourceFile().fileName}#${around.name.text}`, index);
    return true;
  }
  return false;
}

function namesOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...namesOf(node.whenTrue), ...namesOf(node.whenFalse)];
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.map(
      ({ expression, literal }) => `{${lastWord(expression)}}${literal.text}`,
    );
    return [node.head.text + parts.join('')];
  }
  if (ts.isIdentifier(node)) {
    const value = constant(node);
    if (value !== undefined) return namesOf(value);
  }
  throw new TypeError(`${node.getSourceFile().fileName}: ${node.getText()} names no span that can be read`);
}

function lastWord(node: ts.Expression): string {
  return ts.isPropertyAccessExpression(node) ? node.name.text : node.getText();
}
