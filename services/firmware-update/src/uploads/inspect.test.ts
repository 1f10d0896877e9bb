// Firmware files that somebody made wrong, or made wrong on purpose: each is refused with its own word.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ArchiveLimits } from '../domain/fw/layout.js';
import { isRefusal, type RefusalCode } from '../domain/fw/refusal.js';
import { signerOf } from '../domain/fw/signature.js';
import { archiveOf, metaConfOf, type Part, partsOf, Signer } from './_archive.js';
import { inspectBytes } from './_inspecting.js';

const signer = new Signer();
const resources = { 'rootfs.img': randomBytes(3_000), 'boot.txt': Buffer.from('boot') };
const metaConf = metaConfOf(resources);
const good = partsOf(signer, metaConf, resources);
const [signature, meta, rootfs, boot] = good as [Part, Part, Part, Part];

async function verdictOf(archive: Buffer, limits: Partial<ArchiveLimits> = {}): Promise<string> {
  const judge = (conf: Uint8Array, signed: Uint8Array | undefined) => signerOf(conf, signed, [signer.key]);
  const result = await inspectBytes(archive, judge, limits);
  return isRefusal(result) ? result.refused : 'accepted';
}

const signedWith = (conf: Buffer, ...rest: Part[]): Part[] => [
  { ...signature, data: signer.sign(conf) },
  { ...meta, data: conf },
  ...rest,
];

describe('a good file', () => {
  it.each<[string, Part[]]>([
    ['with sizes behind the data', good],
    ['with sizes before them', good.map((part) => ({ ...part, descriptor: false }))],
    ['without compression', good.map((part) => ({ ...part, stored: true }))],
    ['with the data in another order', [signature, meta, boot, rootfs]],
    ['without resources', partsOf(signer, metaConfOf({}), {})],
    ['with an empty resource', partsOf(signer, metaConfOf({ a: Buffer.of() }), { a: Buffer.of() })],
    ['with a name that is not ASCII', partsOf(signer, metaConfOf({ é: boot.data }), { é: boot.data })],
  ])('is accepted %s', async (_what, parts) => {
    expect(await verdictOf(archiveOf(parts))).toBe('accepted');
  });

  it('is accepted whatever the order of its directory', async () => {
    expect(await verdictOf(archiveOf(good, good.toReversed()))).toBe('accepted');
  });

  it('holds of a sparse resource the data alone', async () => {
    const data = Buffer.from('datadata');
    const text = metaConfOf({ sparse: data }).toString().replace('length=8', 'length={4, 4096, 4, 512}');
    const conf = Buffer.from(text);
    expect(await verdictOf(archiveOf(partsOf(signer, conf, { sparse: data })))).toBe('accepted');
  });

  it('is a delta when a resource is a VCDIFF, of which neither length nor hash is checked', async () => {
    const delta = { ...rootfs, data: Buffer.concat([Buffer.from('d6c3c4', 'hex'), randomBytes(9_000)]) };
    const judge = () => 'unverified';
    const result = await inspectBytes(archiveOf([signature, meta, delta, boot]), judge);
    expect(result).toMatchObject({ delta: true });
  });
});

describe('a bad file', () => {
  const lone = (part: Partial<Part>): Part[] => [signature, meta, rootfs, { ...boot, ...part }];
  const conf = (text: string): Part[] => signedWith(Buffer.from(text), rootfs, boot);
  const changed = (change: (text: string) => string): Part[] => conf(change(metaConf.toString()));

  it.each<[RefusalCode, string, Part[]]>([
    ['unsigned', 'without a signature', [meta, rootfs, boot]],
    ['bad_signature', 'with a signature of others', partsOf(new Signer(), metaConf, resources)],
    ['bad_signature', 'with a long signature', [{ ...signature, data: randomBytes(65) }, meta, rootfs, boot]],
    ['meta_conf_missing', 'without meta.conf', [rootfs, boot]],
    ['wrong_order', 'with data before meta.conf', [signature, rootfs, meta, boot]],
    ['wrong_order', 'with its signature behind', [meta, signature, rootfs, boot]],
    ['duplicate_entry', 'with an entry twice', [...good, boot]],
    ['duplicate_entry', 'with two meta.conf', [signature, meta, { ...meta }, rootfs, boot]],
    ['unexpected_entry', 'with something beside data', [...good, { ...boot, name: 'readme.txt' }]],
    ['unexpected_entry', 'with a folder', [...good, { ...boot, name: 'data/', data: Buffer.of() }]],
    ['undeclared_resource', 'with data that nobody declared', [...good, { ...boot, name: 'data/extra' }]],
    ['undeclared_resource', 'that leaves its folder', [...good, { ...boot, name: 'data/../extra' }]],
    ['missing_resource', 'without data that are declared', [signature, meta, rootfs]],
    ['length_mismatch', 'with data that are too long', lone({ data: Buffer.from('boot!') })],
    ['length_mismatch', 'with data that are too short', lone({ data: Buffer.from('boo') })],
    ['hash_mismatch', 'with other data', lone({ data: Buffer.from('root') })],
    ['entry_unsupported', 'that is encrypted', lone({ flags: 1 })],
    ['entry_unsupported', 'compressed in another way', lone({ method: 12 })],
    ['damaged', 'with two names for an entry', lone({ directory: { name: 'data/boot.tXt' } })],
    ['hidden_bytes', 'with bytes in between', lone({ before: Buffer.alloc(7) })],
    [
      'hidden_bytes',
      'with bytes at its beginning',
      [{ ...signature, before: Buffer.alloc(9) }, meta, rootfs, boot],
    ],
    ['meta_conf_size', 'with nearly no meta.conf', conf('meta-x=1\n')],
    ['meta_conf_size', 'with an endless meta.conf', changed((text) => text + '#'.repeat(50_000))],
    ['meta_conf_syntax', 'with a brace too few', changed((text) => text.replace('}', ''))],
    ['bad_resource', 'without a hash', changed((text) => text.replace(/blake2b-256=\S+/, ''))],
    ['bad_resource', 'with a length that is none', changed((text) => text.replace('length=4', 'length=-4'))],
    ['bad_resource', 'with a resource twice', changed((text) => text.replace('"boot.txt"', '"rootfs.img"'))],
    ['metadata_incomplete', 'without a platform', changed((text) => text.replace('"rpi4"', '" "'))],
    ['metadata_too_long', 'of a long product', changed((text) => text.replace('"made"', 'm'.repeat(256)))],
    ['bad_version', 'without a version', changed((text) => text.replace('1.0.0', 'v1'))],
  ])('is refused as %s %s', async (refused, _what, parts) => {
    expect(await verdictOf(archiveOf(parts))).toBe(refused);
  });

  it('is refused when an entry is left out of the directory', async () => {
    const hidden = [signature, meta, rootfs, { ...boot, name: 'data/hidden' }, boot];
    const listed = hidden.filter(({ name }) => name !== 'data/hidden');
    expect(await verdictOf(archiveOf(hidden, listed))).toBe('hidden_bytes');
  });

  it('is refused when entries share their data', async () => {
    const twin: Part = { ...boot, name: 'data/boot.tyt', directory: { name: 'data/boot.tyt', offset: 0 } };
    expect(await verdictOf(archiveOf([...good, twin]))).toBe('damaged');
  });

  it('is refused before anything is inflated when it says to be too large', async () => {
    const zeros = { ...rootfs, data: Buffer.alloc(5_000_000) };
    const bomb = archiveOf([signature, meta, zeros, boot]);
    expect(bomb.length).toBeLessThan(10_000);
    expect(await verdictOf(bomb, { maxInflatedBytes: 4_000_000 })).toBe('inflates_too_large');
  });

  it('is refused when it inflates to more than it says', async () => {
    const liar = { ...rootfs, data: Buffer.alloc(5_000_000), directory: { inflatedBytes: 3_000 } };
    expect(await verdictOf(archiveOf([signature, meta, liar, boot]), { maxInflatedBytes: 4_000_000 })).toBe(
      'damaged',
    );
  });

  it('is refused when it has too many entries', async () => {
    const many = Array.from({ length: 30 }, (_, index): Part => ({ ...boot, name: `data/${index}` }));
    expect(await verdictOf(archiveOf([signature, meta, ...many]), { maxEntries: 20 })).toBe(
      'too_many_entries',
    );
  });
});
