// Reads the BERG vectors that the registry's domain answers for.
import { readFileSync } from 'node:fs';

const file = new URL('../../../../test/vectors/berg.json', import.meta.url);

export interface Vector<I, X> {
  readonly name: string;
  readonly kind: string;
  readonly input: I;
  readonly expected: X;
}

/** The vectors of a kind; a kind without any is a mistake in the test. */
export function vectorsOf<I, X>(kind: string): readonly Vector<I, X>[] {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector<I, X>[] };
  const found = vectors.filter((vector) => vector.kind === kind);
  if (found.length === 0) throw new Error(`no vectors of kind ${kind}`);
  return found;
}
