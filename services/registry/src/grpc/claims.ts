// The service Claims: how printers become somebody's, and who else may print on them.
import type { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { authorize, authorizedIn, permission, unknown } from '../domain/authorize.js';
import { isClaimState } from '../domain/claim.js';
import { page, paged } from '../domain/page.js';
import { actorOf } from '../domain/principal.js';
import { claimMessage } from './claim-message.js';
import type { Context } from './context.js';
import { createClaim } from './create-claim.js';
import { decideKeyRequest, listKeyRequests } from './key-requests.js';
import { idOf, principalOf } from './principal.js';
import { createPrintKey, deletePrintKey, listPrintKeys, openPrintKey } from './print-keys.js';

type Server = registry.ClaimsServer;

export function claimsHandlers(context: Context): Server {
  return {
    createClaim: createClaim(context),
    getClaim: getClaim(context),
    listClaims: listClaims(context),
    deleteClaim: deleteClaim(context),
    listKeyRequests: listKeyRequests(context),
    decideKeyRequest: decideKeyRequest(context),
    listPrintKeys: listPrintKeys(context),
    createPrintKey: createPrintKey(context),
    deletePrintKey: deletePrintKey(context),
    openPrintKey: openPrintKey(context),
  };
}

function getClaim({ store }: Context): Server['getClaim'] {
  return unary(async (request) => {
    const claim = await store.claims.get(idOf(request.id, 'claim'));
    authorize(principalOf(request.principal), claim?.organizationId, permission.readDevices, 'claim');
    if (claim === undefined) throw unknown('claim');
    return { claim: claimMessage(claim) };
  });
}

function listClaims({ store }: Context): Server['listClaims'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const organizations = organizationsOf(principal, request.organizationId);
    const asked = page(request.limit, request.cursor);
    const found = await store.claims.list(organizations, stateOf(request.state), asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(claimMessage), nextCursor };
  });
}

function deleteClaim({ store }: Context): Server['deleteClaim'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const claim = await store.claims.get(idOf(request.id, 'claim'));
    authorize(principal, claim?.organizationId, permission.writeDevices, 'claim');
    if (claim === undefined) throw unknown('claim');
    await store.claims.withdraw(claim.id, actorOf(principal));
    return {};
  });
}

function organizationsOf(principal: ReturnType<typeof principalOf>, named: string): readonly string[] {
  if (named === '') return authorizedIn(principal, permission.readDevices);
  const id = idOf(named, 'organization');
  authorize(principal, id, permission.readDevices, 'organization');
  return [id];
}

function stateOf(named: string) {
  if (named === '') return undefined;
  if (isClaimState(named)) return named;
  const message = 'must be pending, claimed, replaced or withdrawn';
  throw new Fault('invalid', `state ${message}`, { details: [{ field: 'state', message }] });
}
