// The code that a printer prints after a reset: what it may look like, and what it says.
import { createHmac } from 'node:crypto';

/** What a valid code says. */
export interface ClaimCode {
  /** Dashed, lower case, with look-alikes replaced: the one form that two entries of a code have in common. */
  readonly canonical: string;
  /** 24 bits; see `hardwareXor`. */
  readonly hardwareXor: number;
  /** 40 bits, from which the link key is derived. */
  readonly secret: bigint;
}

/** What is wrong with a code, and which valid codes may have been meant. */
export interface ClaimCodeProblem {
  readonly problem: string;
  readonly meant: readonly string[];
}

// The value of a character is its place; a, i, l and u are left out (berg.md 5.1).
const ALPHABET = '0123456789bcdefghjkmnopqrstvwxyz';
const LENGTH = 16;
/** Beyond that many places, trying every o and 0 finds codes that fit by chance. */
const MAX_CONFUSED = 8;
const MAX_MEANT = 3;

/** Reads a code as people enter it: case, dashes and spaces do not matter, i and l mean 1, u means v (berg.md 5.1). */
export function readClaimCode(entered: string): ClaimCode | ClaimCodeProblem {
  // Bounded first, since everything below walks through it.
  if (entered.length > 64) return { problem: `must have ${LENGTH} characters`, meant: [] };
  const plain = entered
    .toLowerCase()
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .replaceAll(/[il]/g, '1')
    .replaceAll('u', 'v');
  const strange = [...plain].find((character) => !ALPHABET.includes(character));
  if (strange !== undefined) return { problem: `must not hold ${named(strange)}: no code does`, meant: [] };
  if (plain.length !== LENGTH) {
    return { problem: `must have ${LENGTH} characters, and has ${plain.length}`, meant: [] };
  }
  return (
    decode(plain) ?? { problem: 'is mistyped: its characters do not fit each other', meant: meant(plain) }
  );
}

/** The code that a printer with this hardware xor (24 bits) and secret (40 bits) prints. */
export function encodeClaimCode(hardwareXor: number, secret: bigint): string {
  const low = (secret << 24n) | BigInt(hardwareXor);
  const number = (BigInt(checkOf(low)) << 64n) | low;
  const places = Array.from({ length: LENGTH }, (_, at) => BigInt(5 * (LENGTH - 1 - at)));
  return dashed(places.map((shift) => ALPHABET[Number((number >> shift) & 31n)]).join(''));
}

/** A code with all but its first group hidden. */
export function claimCodeHint({ canonical }: ClaimCode): string {
  return `${canonical.slice(0, 4)}-····-····-····`;
}

/** What a code is recognised by when it comes again, since it is not kept: only the holder of the key can try codes. */
export function claimCodeHash({ canonical }: ClaimCode, masterKey: Buffer): Buffer {
  return createHmac('sha256', masterKey).update(`claim code ${canonical}`).digest();
}

/** CRC-16/CCITT-FALSE: polynomial 0x1021, initially 0xffff (berg.md 5.1). */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}

function checkOf(low: bigint): number {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(low);
  return crc16(bytes);
}

function decode(plain: string): ClaimCode | undefined {
  let number = 0n;
  for (const character of plain) number = (number << 5n) | BigInt(ALPHABET.indexOf(character));
  const low = number & 0xffff_ffff_ffff_ffffn;
  if (Number(number >> 64n) !== checkOf(low)) return undefined;
  return { canonical: dashed(plain), hardwareXor: Number(low & 0xff_ffffn), secret: low >> 24n };
}

/** The few valid codes that differ by mistaking o for 0 or 0 for o; none when there are too many to tell. */
function meant(plain: string): readonly string[] {
  const places = [...plain].flatMap((character, at) => (character === 'o' || character === '0' ? [at] : []));
  if (places.length > MAX_CONFUSED) return [];
  const found: string[] = [];
  for (let swapped = 1; swapped < 1 << places.length; swapped++) {
    const characters = [...plain];
    for (const [bit, at] of places.entries()) {
      if (swapped & (1 << bit)) characters[at] = plain[at] === 'o' ? '0' : 'o';
    }
    const code = decode(characters.join(''));
    if (code !== undefined) found.push(code.canonical);
  }
  return found.length > MAX_MEANT ? [] : found;
}

function dashed(plain: string): string {
  return plain.replaceAll(/.{4}(?=.)/g, '$&-');
}

function named(character: string): string {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `“${character}”` : 'other signs';
}
