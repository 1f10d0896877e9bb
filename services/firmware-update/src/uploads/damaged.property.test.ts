// Whatever happens to a file on its way, the answer is a refusal, never another firmware and never an exception.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isRefusal } from '../domain/fw/refusal.js';
import { signerOf } from '../domain/fw/signature.js';
import { archiveOf, metaConfOf, partsOf, Signer } from './_archive.js';
import { inspectBytes } from './_inspecting.js';

const signer = new Signer();
const resources = { one: randomBytes(500), two: Buffer.alloc(700, 'two') };
const good = archiveOf(partsOf(signer, metaConfOf(resources), resources));
const runs = { numRuns: 100 };

const inspected = (bytes: Uint8Array) =>
  inspectBytes(bytes, (conf, signed) => signerOf(conf, signed, [signer.key]));

it('refuses a file that is cut anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: good.length - 1 }), async (length) => {
      expect(isRefusal(await inspected(good.subarray(0, length)))).toBe(true);
    }),
    runs,
  );
});

it('takes a file in which bytes changed for the same firmware, or not at all', async () => {
  const expected = await inspected(good);
  if (isRefusal(expected)) throw new Error(expected.sentence);
  const change = fc.tuple(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(good);
      for (const [at, value] of changes) bytes[at] = value;
      const result = await inspected(bytes);
      // Times and versions in the headers of the archive are nobody's concern.
      if (!isRefusal(result)) expect({ ...result, madeAtMs: 0 }).toEqual({ ...expected, madeAtMs: 0 });
    }),
    runs,
  );
});

it('answers any four bytes of a header set to any number', async () => {
  const extreme = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe);
  const at = fc.integer({ min: 0, max: good.length - 4 });
  await fc.assert(
    fc.asyncProperty(at, extreme, async (offset, value) => {
      const bytes = Buffer.from(good);
      bytes.writeUInt32LE(value, offset);
      await inspected(bytes);
    }),
    runs,
  );
});

it('answers bytes that are no archive, with the marks of one in them', async () => {
  const marks = ['504b0304', '504b0102', '504b0506', '504b0607', '504b0606'].map((hex) =>
    Buffer.from(hex, 'hex'),
  );
  const piece = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...marks));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      expect(isRefusal(await inspected(Buffer.concat(pieces)))).toBe(true);
    }),
    runs,
  );
});

it('answers an archive whose 64-bit directory lies anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(good.length),
      async (offset, inside) => {
        const locator = Buffer.alloc(20);
        locator.writeUInt32LE(0x07064b50, 0);
        locator.writeBigUInt64LE(inside % 2 === 0 ? offset : BigInt(inside), 8);
        const bytes = Buffer.concat([good.subarray(0, -22), locator, good.subarray(-22)]);
        expect(isRefusal(await inspected(bytes))).toBe(true);
      },
    ),
    runs,
  );
});
