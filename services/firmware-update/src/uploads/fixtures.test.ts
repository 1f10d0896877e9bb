// Every firmware file of the vectors, made by fwup: accepted or refused as they say, with and without keys.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRefusal, type RefusalCode } from '../domain/fw/refusal.js';
import { parsePublicKey, type SigningKey, signerOf } from '../domain/fw/signature.js';
import { inspectBytes } from './_inspecting.js';
import type { Judge } from './inspect.js';

interface FirmwareVector {
  readonly name: string;
  readonly kind: string;
  readonly input: { readonly file: string };
  readonly expected: {
    readonly verdict: string;
    readonly signed_by: string | null;
    readonly verification: Readonly<Record<'no key' | 'demo-key' | 'other-key', 'accepted' | 'refused'>>;
    readonly metadata: Readonly<Record<string, string>>;
  };
}

const vectorsAt = new URL('../../../../test/vectors/', import.meta.url);
const all: { vectors: FirmwareVector[] } = JSON.parse(
  readFileSync(new URL('nerveshub.json', vectorsAt), 'utf8'),
);
const vectors = all.vectors.filter(({ kind }) => kind === 'firmware_file');
const bytesOf = (file: string): Buffer => readFileSync(new URL(`firmware/${file}`, vectorsAt));

function keyNamed(name: string): SigningKey {
  const publicKey = parsePublicKey(bytesOf(`${name}.pub`).toString('utf8'));
  if (publicKey === undefined) throw new Error(`${name} is no key`);
  return { id: name, name, publicKey };
}
const demo = keyNamed('demo-key');
const other = keyNamed('other-key');

/** What an organization that holds demo-key answers. */
const verdicts: Readonly<Record<string, RefusalCode | 'accepted'>> = {
  'demo-1.0.0.fw': 'accepted',
  'demo-1.0.0-unsigned.fw': 'unsigned',
  'demo-1.1.0-rc.1-otherkey.fw': 'bad_signature',
  'demo-1.0.0_1.1.0.delta.fw': 'accepted',
  'no-product.fw': 'metadata_incomplete',
  'tampered-data.fw': 'hash_mismatch',
  'tampered-meta.fw': 'bad_signature',
  'truncated.fw': 'not_a_zip',
};

const signedBy =
  (...keys: SigningKey[]) =>
  (metaConf: Uint8Array, signature: Uint8Array | undefined) =>
    signerOf(metaConf, signature, keys);

describe('the vectors', () => {
  it('are all known here', () => {
    expect(vectors.map(({ input }) => input.file).sort()).toEqual(Object.keys(verdicts).sort());
  });

  it.each(vectors)('$name has the expected verdict', async ({ input, expected }) => {
    const result = await inspectBytes(bytesOf(input.file), signedBy(demo));
    expect(isRefusal(result) ? result.refused : 'accepted').toBe(verdicts[input.file]);
    expect(isRefusal(result)).toBe(!expected.verdict.startsWith('ok'));
  });

  it.each(vectors)('$name says what fwup reads in it', async ({ input, expected }) => {
    const result = await inspectBytes(bytesOf(input.file), () => 'unverified');
    const { metadata } = expected;
    if (metadata['meta-uuid'] === undefined || metadata['meta-product'] === undefined) return;
    // fwup shows the metadata of damaged data too.
    if (isRefusal(result)) return expect(result.refused).toBe('hash_mismatch');
    expect(result.uuid).toBe(metadata['meta-uuid']);
    expect(new Date(result.madeAtMs).toISOString()).toBe(
      metadata['meta-creation-date']?.replace('Z', '.000Z'),
    );
    expect(result.metadata).toEqual({
      product: metadata['meta-product'],
      version: metadata['meta-version'],
      platform: metadata['meta-platform'],
      architecture: metadata['meta-architecture'],
      author: metadata['meta-author'],
      description: metadata['meta-description'],
      vcsIdentifier: metadata['meta-vcs-identifier'],
      misc: metadata['meta-misc'],
    });
    expect(result.delta).toBe(input.file.includes('delta'));
  });

  it.each(vectors)('$name is verified as by fwup', async ({ input, expected: { verification } }) => {
    const judges: Readonly<Record<keyof typeof verification, Judge<unknown>>> = {
      'no key': () => 'unverified',
      'demo-key': signedBy(demo),
      'other-key': signedBy(other),
    };
    for (const [key, judge] of Object.entries(judges)) {
      const result = await inspectBytes(bytesOf(input.file), judge);
      // What fwup does not ask of a file: metadata that somebody who sends updates needs.
      const accepted = !isRefusal(result) || result.refused === 'metadata_incomplete';
      expect([key, accepted]).toEqual([key, verification[key as keyof typeof verification] === 'accepted']);
    }
  });

  it.each(vectors)('$name is recorded with the key that signed it', async ({ input, expected }) => {
    const result = await inspectBytes(bytesOf(input.file), signedBy(demo, other));
    if (!isRefusal(result)) expect(result.signer.name).toBe(expected.signed_by);
  });

  it.each(vectors)('$name is refused while there are no keys', async ({ input }) => {
    const result = await inspectBytes(bytesOf(input.file), signedBy());
    const expected = { 'truncated.fw': 'not_a_zip', 'demo-1.0.0-unsigned.fw': 'unsigned' }[input.file];
    expect(result).toMatchObject({ refused: expected ?? 'no_keys' });
  });
});
