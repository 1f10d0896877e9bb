// The bridges through which a printer asked for its key: listed, allowed, denied.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { permission } from '../domain/authorize.js';
import { actorOf } from '../domain/principal.js';
import { keyRequestMessage } from './claim-message.js';
import type { Context } from './context.js';
import { deviceFor } from './device.js';
import { idOf, principalOf } from './principal.js';

type Server = registry.ClaimsServer;

export function listKeyRequests(context: Context): Server['listKeyRequests'] {
  return unary(async (request) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.readDevices);
    const found = device.dialect === 'berg' ? await context.store.keyRequests.list(device) : [];
    return { items: found.map((each) => keyRequestMessage(each, device.id)) };
  });
}

export function decideKeyRequest(context: Context): Server['decideKeyRequest'] {
  const { store, secret, notices, commanded } = context;
  return unary(async (request, { signal }) => {
    const principal = principalOf(request.principal);
    const device = await deviceFor(context, principal, request.deviceId, permission.writeDevices);
    const id = idOf(request.id, 'key request');
    const decided = await store.keyRequests.decide(secret, device, id, request.allow, actorOf(principal));
    commanded();
    await notices.end('key_denied', async () => decided.denied, signal);
    return { keyRequest: keyRequestMessage(decided.keyRequest, device.id) };
  });
}
