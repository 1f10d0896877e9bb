// Decides, before any row is read, what letting a device in will depend on.
import { hasControl } from './fields.js';
import { Dialect, identify, isDialect } from './identifier.js';
import { keyPattern } from './page.js';
import { hashSecret } from './secret.js';

/** Who may connect: anyone, registered identifiers only, or those with a valid credential only. */
export const DevicePolicy = { open: 'open', enrolled: 'enrolled', credentials: 'credentials' } as const;
export type DevicePolicy = (typeof DevicePolicy)[keyof typeof DevicePolicy];

/** When a device must prove itself: never, when it has an active credential that it can present, or always. */
export type TokenDemand = 'never' | 'if_any' | 'always';

/** What becomes of a device that is not registered. */
export type UnknownRule = 'refuse' | 'register_in_gateway' | 'register_in_oldest';

/** As the edge sent it. */
export interface AdmissionAsk {
  readonly dialect: string;
  readonly identifier: string;
  readonly deviceKind: string;
  readonly policy: string;
  readonly token: string;
  readonly node: string;
  readonly boot: string;
  readonly connectionId: string;
  readonly remoteAddress: string;
  readonly gatewayNumber?: bigint | undefined;
  readonly traceparent: string;
  /** What the device's own credential, or its product's key, was found to be before; empty for none. */
  readonly credentialId?: string | undefined;
}

/** One device that asks to be let in, with the rules that apply to it. */
export interface Admission {
  readonly dialect: Dialect;
  readonly identifier: string;
  readonly kind: string;
  /** sha256 of the token that was presented, where nothing better was. */
  readonly tokenHash: Buffer | undefined;
  readonly demand: TokenDemand;
  /** Whether a token that matches nothing is refused even when the device has no credential. */
  readonly strict: boolean;
  readonly unknown: UnknownRule;
  readonly node: string;
  readonly boot: string;
  readonly connectionId: string;
  readonly remoteAddress: string;
  readonly gatewayNumber: bigint | undefined;
  readonly traceparent: string;
  /** Must still stand, and for this device. */
  readonly credentialId: string | undefined;
}

export interface Admitted {
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly organizationId: string;
  readonly timeZone: string;
  readonly epoch: bigint;
}

export type RefusalCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'exhausted'
  | 'unavailable';

export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

export type AdmissionOutcome = { readonly admitted: Admitted } | { readonly refused: Refusal };

/**
 * When a device of that dialect must prove itself. BERG has no room for a token on the wire; Kinetid may carry one. A
 * Nerves device that was given a secret presents it always, so whoever comes without is another, whatever the policy.
 */
export function tokenDemand(dialect: Dialect, policy: DevicePolicy): TokenDemand {
  if (policy !== DevicePolicy.credentials) return dialect === Dialect.nerveshub ? 'if_any' : 'never';
  switch (dialect) {
    case 'camera':
    case 'nerveshub':
      return 'always';
    case 'kinetid':
      return 'if_any';
    case 'berg':
      return 'never';
  }
}

/** What becomes of an unregistered device. A BERG bridge is enrolled by a person and vouches for its printers. */
export function unknownRule(dialect: Dialect, policy: DevicePolicy, hasGateway: boolean): UnknownRule {
  if (hasGateway && (policy === DevicePolicy.open || dialect === Dialect.berg)) return 'register_in_gateway';
  return policy === DevicePolicy.open ? 'register_in_oldest' : 'refuse';
}

/** Checks one request's meaning. One bad value must not fail the statement that admits hundreds, so nothing unbounded passes. */
export function parseAdmission(ask: AdmissionAsk): Admission | Refusal {
  if (!isDialect(ask.dialect)) return invalid('unknown dialect');
  const identified = identify(ask.dialect, ask.identifier);
  if ('problem' in identified) return invalid(`identifier ${identified.problem}`);
  if (!isPolicy(ask.policy)) return invalid('unknown policy');
  const plain = { kind: ask.deviceKind, node: ask.node, boot: ask.boot, connection_id: ask.connectionId };
  for (const [name, value] of Object.entries(plain)) {
    if (!TOKEN.test(value)) return invalid(`${name} must be 1 to 128 printable characters`);
  }
  if (ask.remoteAddress.length > 128 || hasControl(ask.remoteAddress))
    return invalid('remote_address is malformed');
  const credentialId = ask.credentialId || undefined;
  if (credentialId !== undefined && !keyPattern.uuid.test(credentialId))
    return invalid('credential_id is not one');
  return {
    dialect: ask.dialect,
    identifier: identified.identifier,
    kind: ask.deviceKind,
    tokenHash: ask.token === '' || credentialId !== undefined ? undefined : hashSecret(ask.token),
    demand: tokenDemand(ask.dialect, ask.policy),
    strict: ask.policy === DevicePolicy.credentials,
    // Whoever proved themselves were registered then.
    unknown: credentialId ? 'refuse' : unknownRule(ask.dialect, ask.policy, ask.gatewayNumber !== undefined),
    node: ask.node,
    boot: ask.boot,
    connectionId: ask.connectionId,
    remoteAddress: ask.remoteAddress,
    gatewayNumber: ask.gatewayNumber,
    traceparent: ask.traceparent.slice(0, 64).replaceAll('\0', ''),
    credentialId,
  };
}

/** What two requests for the same device have in common. */
export function deviceKey(admission: Admission): string {
  return `${admission.dialect} ${admission.identifier}`;
}

const TOKEN = /^[\x20-\x7e]{1,128}$/;

export function isPolicy(value: string): value is DevicePolicy {
  return Object.hasOwn(DevicePolicy, value);
}

function invalid(message: string): Refusal {
  return { code: 'invalid', message };
}
