// What a Nerves device signs, taken apart as the edge does it, and put before the registry.
import { type SharedSecret, sharedSecretHeaders } from '@mooring/devices';
import type { registry as messages } from '@mooring/proto';
import type { TestRegistry } from './_registry.js';

export interface Presenting {
  readonly identifier: string;
  readonly shared: SharedSecret;
  readonly atMs?: number;
  readonly policy?: string;
  readonly remoteAddress?: string;
  /** Changes what was signed. */
  readonly change?: Partial<messages.SignedClaim>;
}

function claimOf({ identifier, shared, atMs = Date.now(), change = {} }: Presenting) {
  const headers = sharedSecretHeaders(identifier, shared, atMs);
  const [name, body, mac = ''] = (headers['x-nh-signature'] ?? '').split('.');
  const claim: messages.SignedClaim = {
    algorithm: headers['x-nh-alg'] ?? '',
    key: headers['x-nh-key'] ?? '',
    time: headers['x-nh-time'] ?? '',
    identifier,
    signedAtMs: Math.floor(atMs / 1_000) * 1_000,
    signedPart: `${name}.${body}`,
    mac: Buffer.from(mac, 'base64url'),
    macDigest: 'SHA-256',
  };
  return { ...claim, ...change };
}

/** What the registry answers, or the code and message of its refusal. */
export async function present(registry: TestRegistry, presenting: Presenting) {
  const { policy = 'credentials', remoteAddress = '192.0.2.1' } = presenting;
  const evidence = { $case: 'signedClaim', value: claimOf(presenting) } as const;
  try {
    return await registry.client.authenticateDevice({
      dialect: 'nerveshub',
      remoteAddress,
      policy,
      evidence,
    });
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { refused: code, message };
  }
}
