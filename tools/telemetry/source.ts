// A parsed file of the source, the way through it, and what is found there.
import ts from 'typescript';

/** A name and who uses it. */
export interface Found {
  readonly name: string;
  readonly from: string;
}

/** One file of the source, parsed. */
export interface Source {
  readonly from: string;
  readonly file: ts.SourceFile;
}

/** Calls `visit` with every node below. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** What the variable of that name is made as, anywhere in the same file. */
export function constant(name: ts.Identifier): ts.Expression | undefined {
  let value: ts.Expression | undefined;
  walk(name.getSourceFile(), (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text) value = node.initializer;
  });
  return value;
}
