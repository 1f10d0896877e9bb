// The four headers with which a device proves that it knows a shared secret (nerveshub.md, 6.2).
import { createHmac, pbkdf2Sync } from 'node:crypto';

export interface SharedSecret {
  /** `nhp_…` or `nhd_…`. */
  readonly key: string;
  /** As printed; it is not decoded. */
  readonly secret: string;
  /** `NH1-HMAC-<digest>-<iterations>-<key length>`. */
  readonly algorithm?: string;
}

const DEFAULT_ALGORITHM = 'NH1-HMAC-sha256-1000-32';
const HEAD = Buffer.from([0x83, 0x68, 0x03, 0x6d]);
/** 86400 as an Erlang integer. */
const TAIL = Buffer.from([0x62, 0x00, 0x01, 0x51, 0x80]);

/** `nowMs` is the device's own clock, which may be wrong. */
export function sharedSecretHeaders(
  identifier: string,
  { key, secret, algorithm = DEFAULT_ALGORITHM }: SharedSecret,
  nowMs: number,
): Readonly<Record<string, string>> {
  const seconds = Math.floor(nowMs / 1_000);
  const [, digest = '', iterations = '', length = ''] =
    /^NH1-HMAC-([^-]+)-(\d+)-(\d+)$/.exec(algorithm) ?? [];
  const salt =
    'NH1:device-socket:shared-secret:connect\n\n' +
    `x-nh-alg=${algorithm}\nx-nh-key=${key}\nx-nh-time=${seconds}\n`;
  // In Erlang, `sha` is SHA-1.
  const hash = digest.toLowerCase() === 'sha' ? 'sha1' : digest.toLowerCase();
  const derived = pbkdf2Sync(secret, salt, Number(iterations), Number(length), hash);
  const signed = `SFMyNTY.${claim(identifier, seconds * 1_000).toString('base64url')}`;
  const mac = createHmac('sha256', derived).update(signed).digest('base64url');
  return {
    'x-nh-alg': algorithm,
    'x-nh-key': key,
    'x-nh-time': String(seconds),
    'x-nh-signature': `${signed}.${mac}`,
  };
}

/** `{identifier, signed_at_ms, 86400}` in the Erlang external term format, for times since 2004. */
function claim(identifier: string, signedAtMs: number): Buffer {
  const name = Buffer.from(identifier);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const time = Buffer.alloc(9);
  time.set([0x6e, 0x06, 0x00]);
  time.writeUIntLE(signedAtMs, 3, 6);
  return Buffer.concat([HEAD, length, name, time, TAIL]);
}
