// Verifies signed claims (NH1): whose key it is, whether the secret made the MAC, and which device that proves.
import { type Clock, Fault } from '@mooring/runtime';
import { Budget } from '../domain/budget.js';
import { Dialect, identify } from '../domain/identifier.js';
import { derivationOf, isSignedWith, type SignedClaim } from '../domain/signed-claim.js';
import type { Store } from '../store/index.js';
import type { SharedSecret } from '../store/shared-secrets.js';
import { keyDeriver } from './derive-key.js';
import { type Asking, refused, type Verdict } from './proof.js';

export interface SignedClaimsOptions {
  readonly store: Pick<Store, 'sharedSecrets' | 'devicesOnSight'>;
  readonly clock: Pick<Clock, 'now'>;
}

type ProductSecret = Extract<SharedSecret, { of: 'product' }>;

const MAX_KEYS = 10_000;
/** Iterations that one key may cost: a thousand devices a second at the usual 1 000, and a fleet's return at once. */
const COST = { perS: 1_000_000, burst: 5_000_000, maxKeys: MAX_KEYS };
/** Wrong MACs under one key from one address. A clock that is off is no wrong MAC. */
const FAILURES = { perS: 0.1, burst: 20, maxKeys: MAX_KEYS };
/**
 * Times that one token is good for within its 90 s. Clients come back with the headers that they have, ever slower;
 * whoever else has got hold of a token does not come back at that pace.
 */
const USES = { perS: 0.5, burst: 30, maxKeys: 100_000 };

export function signedClaims({ store, clock }: SignedClaimsOptions) {
  const derive = keyDeriver();
  const costs = new Budget(COST);
  const failures = new Budget(FAILURES);
  const uses = new Budget(USES);

  /** Fault `exhausted` when the key, or the token, is tried too often. */
  return async (claim: SignedClaim, asking: Asking): Promise<Verdict> => {
    const nowMs = clock.now();
    const derivation = derivationOf(claim, nowMs);
    if (typeof derivation === 'string') return refused(derivation);
    // What no device can be called proves nothing; and Postgres could not look for it.
    if ('problem' in identify(Dialect.nerveshub, claim.identifier)) return refused('malformed');
    const found = await store.sharedSecrets.find(claim.key, claim.identifier);
    if (found === undefined) return { is: 'unknown' };
    const from = `${found.id} ${asking.remoteAddress}`;
    if (failures.left(from, nowMs) < 1) throw new Fault('exhausted', 'this key failed too often from there');
    if (!costs.take(found.id, derivation.iterations, nowMs)) {
      throw new Fault('exhausted', 'this key is tried too often');
    }
    if (!isSignedWith(await derive(found.secret, derivation), claim)) {
      failures.take(from, 1, nowMs);
      return refused('wrong_signature');
    }
    if (!uses.take(Buffer.from(claim.mac).toString('base64'), 1, nowMs)) {
      throw new Fault('exhausted', 'this token is used too often');
    }
    if (asking.dialect !== Dialect.nerveshub) return refused('another_dialect');
    const isItsOwn = await (found.of === 'device'
      ? found.identifier === claim.identifier && found.dialect === Dialect.nerveshub
      : isOfProduct(found, claim.identifier));
    if (!isItsOwn) return refused(found.of === 'device' ? 'another_device' : 'identifier_taken');
    return { is: 'proven', proof: { identifier: claim.identifier, credentialId: found.id } };
  };

  /** Registers the device when it is new. */
  async function isOfProduct(found: ProductSecret, identifier: string): Promise<boolean> {
    if (!found.isMember) {
      const { product, id: voucher } = found;
      const sight = { product, voucher, dialect: Dialect.nerveshub, identifier, kind: 'nerves', tags: [] };
      if ((await store.devicesOnSight(sight)) === 'taken') return false;
    }
    await store.sharedSecrets.used(found, clock.now());
    return true;
  }
}
