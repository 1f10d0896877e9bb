// Takes an x-nh-signature token apart. Verifies nothing: whoever believes it needs another reason to.

/** What a device signed: who it says it is, and when it says it signed. */
export interface Nh1Claim {
  readonly identifier: string;
  /** Epoch milliseconds by the device's clock. */
  readonly signedAtMs: number;
}

/** A claim with what its MAC is over. */
export interface Nh1Token extends Nh1Claim {
  readonly signedPart: string;
  readonly mac: Uint8Array;
  readonly macDigest: 'SHA-256' | 'SHA-384' | 'SHA-512';
}

/** Longest token read, in characters: room for an identifier of 1000 bytes and a SHA-512 MAC. */
const MAX_TOKEN = 2048;

const TOKEN = /^([A-Za-z0-9]{7})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)={0,2}$/;

/** base64url of HS256, HS384 and HS512; devices use the first (nerveshub.md, 6.2). */
const DIGESTS: ReadonlyMap<string, Nh1Token['macDigest']> = new Map([
  ['SFMyNTY', 'SHA-256'],
  ['SFMzODQ', 'SHA-384'],
  ['SFM1MTI', 'SHA-512'],
]);

/** Version 131, a tuple of three, then a binary. */
const HEAD = [0x83, 0x68, 0x03, 0x6d];
/** 86400 as an Erlang integer: the token's own maximum age, always the same. */
const TAIL = [0x62, 0x00, 0x01, 0x51, 0x80];

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for anything that is not exactly `<MAC's name>.<claim>.<mac>` with a claim as devices make it. */
export function readSignature(token: string): Nh1Token | undefined {
  const [, name = '', body = '', mac = ''] = token.length <= MAX_TOKEN ? (TOKEN.exec(token) ?? []) : [];
  const macDigest = DIGESTS.get(name);
  const claim = macDigest && readClaim(Buffer.from(body, 'base64url'));
  if (macDigest === undefined || claim === undefined) return undefined;
  return { ...claim, signedPart: `${name}.${body}`, mac: Buffer.from(mac, 'base64url'), macDigest };
}

/**
 * A strict reader for `{identifier, signed_at_ms, 86400}` in the Erlang external term format, and for nothing else
 * of that format (nerveshub.md, 6.2).
 */
function readClaim(term: Buffer): Nh1Claim | undefined {
  if (term.length < 8 || !startsWith(term, HEAD)) return undefined;
  const end = 8 + term.readUInt32BE(4);
  if (end > term.length) return undefined;
  const time = readInteger(term.subarray(end));
  if (time === undefined) return undefined;
  const tail = term.subarray(end + time.size);
  if (tail.length !== TAIL.length || !startsWith(tail, TAIL)) return undefined;
  try {
    return { identifier: utf8.decode(term.subarray(8, end)), signedAtMs: time.value };
  } catch {
    return undefined;
  }
}

/** A non-negative integer: one byte, four, or up to six little-endian ones, which reach the year 10889. */
function readInteger(term: Buffer): { readonly value: number; readonly size: number } | undefined {
  switch (term[0]) {
    case 0x61:
      return term.length < 2 ? undefined : { value: term.readUInt8(1), size: 2 };
    case 0x62:
      return term.length < 5 ? undefined : nonNegative(term.readInt32BE(1), 5);
    case 0x6e: {
      const digits = term[1] ?? 0;
      if (digits < 1 || digits > 6 || term.length < 3 + digits || term[2] !== 0) return undefined;
      return { value: term.readUIntLE(3, digits), size: 3 + digits };
    }
    default:
      return undefined;
  }
}

function nonNegative(
  value: number,
  size: number,
): { readonly value: number; readonly size: number } | undefined {
  return value < 0 ? undefined : { value, size };
}

function startsWith(bytes: Buffer, expected: readonly number[]): boolean {
  return expected.every((byte, index) => bytes[index] === byte);
}
