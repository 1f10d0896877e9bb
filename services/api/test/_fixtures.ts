// Somebody, an organization and a device, as services speak of them.
import { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';

export const organizationId = '01890a5d-ac96-774b-bcce-b302099a8001';
export const deviceId = '01890a5d-ac96-774b-bcce-b302099a8002';
export const userId = '01890a5d-ac96-774b-bcce-b302099a8003';
export const viewerId = '01890a5d-ac96-774b-bcce-b302099a8004';

export const organization: registry.Organization = registry.Organization.fromPartial({
  id: organizationId,
  name: 'Home',
  timeZone: 'Europe/Berlin',
  createdAtMs: 1_700_000_000_000,
  role: 'owner',
});

export const device: registry.Device = registry.Device.fromPartial({
  id: deviceId,
  number: 7n,
  organizationId,
  dialect: 'kinetid',
  identifier: '000d6f000273ce0b',
  name: 'Kettle',
  tags: ['kitchen'],
  kind: 'plug',
  profileJson: '{"model":"A1"}',
  stateJson: '{"desired":{"on":true},"reported":{"on":false},"versions":{"desired":3}}',
  presence: {
    online: true,
    sinceMs: 1_700_000_000_000,
    lastSeenMs: 1_700_000_060_000,
    edge: 'edge-1',
    epoch: 5n,
  },
  createdAtMs: 1_700_000_000_000,
  timeZone: 'Europe/Berlin',
});

const member = { userId, memberships: [{ organizationId, role: 'owner' }] };

/** What each token stands for; any other one is refused. */
const tokens: Readonly<Record<string, object>> = {
  owner: member,
  operator: { ...member, platformOperator: true },
  confined: { apiKeyId: 'key-1', memberships: member.memberships, scopes: ['devices:read'] },
  viewer: { userId: viewerId, memberships: [{ organizationId, role: 'viewer' }] },
  watcher: { apiKeyId: 'key-2', memberships: [{ organizationId, role: 'viewer' }], scopes: ['watch'] },
  homeless: { userId: '01890a5d-ac96-774b-bcce-b302099a8009' },
};

/** A registry that knows the tokens above and the one device. */
export const knowing: Partial<registry.RegistryServer> = {
  authenticate: unary(async ({ token }: registry.AuthenticateRequest) => {
    const known = tokens[token];
    if (known === undefined) throw new Fault('unauthenticated', 'the token is not valid');
    return { principal: registry.Principal.fromPartial(known) };
  }),
  getDevice: unary(async ({ principal, id }: registry.GetDeviceRequest) => {
    const mine = principal?.memberships.some((each) => each.organizationId === organizationId);
    if (!mine || id !== deviceId) throw new Fault('not_found', 'no such device');
    return { device };
  }),
  listDevices: unary(async ({ principal }: registry.ListDevicesRequest) => ({
    items: (principal?.memberships.length ?? 0) > 0 ? [device] : [],
    nextCursor: '',
  })),
};
