// Claims a printer by the code that it printed, or keeps the claim until the printer is heard of.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { authorize, permission } from '../domain/authorize.js';
import type { NewClaim } from '../domain/claim.js';
import {
  type ClaimCode,
  type ClaimCodeProblem,
  claimCodeHash,
  claimCodeHint,
  readClaimCode,
} from '../domain/claim-code.js';
import { Problems } from '../domain/fields.js';
import { hardwareXor } from '../domain/hardware-xor.js';
import { identify } from '../domain/identifier.js';
import { linkKey } from '../domain/link-key.js';
import { events } from '../events.js';
import { claimMessage } from './claim-message.js';
import type { Context } from './context.js';
import { deviceMessage } from './message.js';
import { onceOf, organizationOf, principalOf } from './principal.js';

export function createClaim(context: Context): registry.ClaimsServer['createClaim'] {
  const { store, secret, notices, committed, commanded } = context;
  return unary(async (request, { signal }) => {
    const principal = principalOf(request.principal);
    const organizationId = organizationOf(principal, request.organizationId);
    authorize(principal, organizationId, permission.writeDevices, 'organization');
    const made = newClaim(request, organizationId, secret);
    const { linkKey: _, codeHash, ...plain } = made;
    const asked = { ...plain, codeHash: codeHash.toString('hex') };
    const once = onceOf(principal, request.idempotencyKey, 'CreateClaim', asked);
    const { claim, device, left } = await store.claims.create(secret, made, once);
    events.claim(claim.state);
    committed();
    commanded();
    await notices.end('device_deleted', async () => left, signal);
    return {
      claim: claimMessage(claim),
      device: device === undefined ? undefined : deviceMessage(device),
    };
  });
}

function newClaim(request: registry.CreateClaimRequest, organizationId: string, secret: Buffer): NewClaim {
  const code = readClaimCode(request.code);
  if ('problem' in code) throw mistaken(code);
  const problems = new Problems();
  const name = problems.name('name', request.name);
  const identifier = request.identifier === '' ? '' : addressOf(problems, request.identifier, code);
  problems.check();
  return {
    organizationId,
    name,
    codeHash: claimCodeHash(code, secret),
    codeHint: claimCodeHint(code),
    hardwareXor: code.hardwareXor,
    linkKey: linkKey(code.secret),
    identifier,
  };
}

function addressOf(problems: Problems, given: string, code: ClaimCode): string {
  const identified = identify('berg', given);
  if ('problem' in identified) {
    problems.add('identifier', identified.problem);
    return '';
  }
  if (hardwareXor(identified.identifier) !== code.hardwareXor) {
    problems.add('identifier', 'is not of the printer that printed this code');
  }
  return identified.identifier;
}

/** The code that was meant is in the details alone: they reach who asked, and no log. */
function mistaken({ problem, meant }: ClaimCodeProblem): Fault {
  const hint = meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`;
  const details = [{ field: 'code', message: `${problem}${hint}` }];
  return new Fault('invalid', `code ${problem}`, { details });
}
