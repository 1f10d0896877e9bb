// What a device is told by the version of its API: the table of the vectors.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { understands } from './greeting.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: { readonly device_api_version: string | null };
  readonly expected: Readonly<Record<string, boolean>>;
}

const file = new URL('../../../../test/vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const gates = vectors.filter(({ kind }) => kind === 'api_version_gate');

describe('what a device understands', () => {
  it('is in the vectors', () => expect(gates.length).toBeGreaterThanOrEqual(5));

  it.each(gates)('$name', ({ input, expected }) => {
    const version = input.device_api_version ?? '';
    expect(understands(version, 'archive')).toBe(expected['archive']);
    // The connecting code is run as a script.
    expect(understands(version, 'connectingCode')).toBe(expected['scripts/run']);
  });

  it('is that of 1.0.0 for a version that cannot be read', () => {
    expect(understands('2.x', 'archive')).toBe(false);
  });
});
