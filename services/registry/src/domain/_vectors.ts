// Reads the vectors that the registry's domain answers for.
import { readFileSync } from 'node:fs';

export interface Vector<I, X> {
  readonly name: string;
  readonly kind: string;
  readonly input: I;
  readonly expected: X;
}

/** The vectors of a kind; a kind without any is a mistake in the test. */
export function vectorsOf<I, X>(kind: string, family = 'berg'): readonly Vector<I, X>[] {
  const { vectors } = fileOf(family) as { vectors: readonly Vector<I, X>[] };
  const found = vectors.filter((vector) => vector.kind === kind);
  if (found.length === 0) throw new Error(`no vectors of kind ${kind}`);
  return found;
}

/** A vector file as it is, with what its vectors refer to. */
export function fileOf(family: string): unknown {
  const file = new URL(`../../../../test/vectors/${family}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}
