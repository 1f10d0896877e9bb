// People's tokens: signed with a key that all replicas share and that rests sealed in the database.
import { Fault, isFault, type Runnable, retry, seal, unseal, untilAborted, uuidv7 } from '@mooring/runtime';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  jwtVerify,
  SignJWT,
} from 'jose';
import type { Store } from '../store/index.js';
import type { StoredSigningKey } from '../store/signing-keys.js';

const LIFETIME = '24h';
const ALGORITHM = 'EdDSA';

export type Tokens = ReturnType<typeof tokens>;

interface Keys {
  readonly kid: string;
  readonly sign: Awaited<ReturnType<typeof importJWK>>;
  readonly jwks: JSONWebKeySet;
  readonly resolve: ReturnType<typeof createLocalJWKSet>;
}

export function tokens(parts: {
  readonly secret: Buffer;
  readonly issuer: string;
  readonly keys: Store['signingKeys'];
}) {
  const { secret, issuer } = parts;
  let loaded: Keys | undefined;

  function keys(): Keys {
    if (loaded === undefined) throw new Fault('unavailable', 'the signing key is not loaded yet');
    return loaded;
  }

  return {
    /** A token for a person, good for a day. */
    issue(userId: string): Promise<string> {
      const { kid, sign } = keys();
      return new SignJWT()
        .setProtectedHeader({ alg: ALGORITHM, kid })
        .setSubject(userId)
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .setJti(uuidv7())
        .sign(sign);
    },

    /** The id of the person that a token stands for; undefined when it is not one of ours, or no longer good. */
    async subject(token: string): Promise<string | undefined> {
      try {
        const { payload } = await jwtVerify(token, keys().resolve, {
          issuer,
          algorithms: [ALGORITHM],
          requiredClaims: ['sub', 'exp', 'iat', 'jti'],
        });
        return payload.sub;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },

    /** The public keys, as JWKS. */
    jwks: (): JSONWebKeySet => keys().jwks,

    /** Ready once the keys are loaded. Fails for good when the secret does not open them. */
    runnable: {
      name: 'signing keys',
      async run({ signal, ready }) {
        const spare = await makeKey(secret);
        loaded = await open(
          secret,
          await retry(() => parts.keys.ensure(spare), {
            signal,
            forever: true,
            baseMs: 250,
            maxMs: 2_000,
          }).catch((error: unknown) => {
            if (signal.aborted && isFault(error)) return [];
            throw error;
          }),
        );
        ready();
        await untilAborted(signal);
      },
    } satisfies Runnable,
  };
}

async function makeKey(secret: Buffer): Promise<StoredSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { crv: 'Ed25519', extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const plain = JSON.stringify(await exportJWK(privateKey));
  const { kty = '', crv = '', x = '' } = publicJwk;
  return { kid, publicJwk: { kty, crv, x }, sealedPrivate: seal(secret, kid, plain) };
}

/** The newest key signs; all of them verify. */
async function open(secret: Buffer, stored: readonly StoredSigningKey[]): Promise<Keys | undefined> {
  const newest = stored.at(-1);
  if (newest === undefined) return undefined;
  const privateJwk: JWK = JSON.parse(unseal(secret, newest.kid, newest.sealedPrivate));
  const keys = stored.map(({ kid, publicJwk }) => ({
    ...(publicJwk as JWK),
    kid,
    alg: ALGORITHM,
    use: 'sig',
  }));
  const jwks: JSONWebKeySet = { keys };
  return {
    kid: newest.kid,
    sign: await importJWK(privateJwk, ALGORITHM),
    jwks,
    resolve: createLocalJWKSet(jwks),
  };
}
