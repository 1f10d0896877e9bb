// The authorization table: for every route, a request that is right, and what others get for the same request.

/** What the table's requests are about: a thing of each kind that belongs to the owner. */
export interface Things {
  readonly organization: string;
  /** A plug. */
  readonly device: string;
  readonly printer: string;
  /** One that waits for the plug. */
  readonly command: string;
  readonly claim: string;
  readonly printKey: string;
  readonly printSecret: string;
  readonly schedule: string;
  readonly apiKey: string;
  readonly credential: string;
  readonly user: string;
  readonly email: string;
}

export interface Row {
  /** Method and path as in the OpenAPI document. */
  readonly route: string;
  /** The path with ids, and a query, where the route has any. */
  readonly path?: (things: Things) => string;
  readonly body?: (things: Things) => unknown;
  /** What the owner gets (the operator, on routes for operators of the platform). */
  readonly success: number;
  /** What the owner of another organization gets; absent where there is nothing of others to ask for. */
  readonly outsider?: 404;
  /** What a viewer of the organization gets. */
  readonly viewer?: 403;
  /** Nobody needs a token. */
  readonly open?: true;
  /** Never ends by itself. */
  readonly stream?: true;
}

const device =
  (rest = '') =>
  ({ device: id }: Things) =>
    `/v1/devices/${id}${rest}`;
const printer =
  (rest: string) =>
  ({ printer: id }: Things) =>
    `/v1/devices/${id}${rest}`;
const organization =
  (rest = '') =>
  ({ organization: id }: Things) =>
    `/v1/organizations/${id}${rest}`;

/** In an order in which each may be made: what takes things away comes last. */
export const table: readonly Row[] = [
  {
    route: 'POST /v1/auth/register',
    body: () => ({ email: 'new@example.test', password: 'correct horse' }),
    success: 201,
    open: true,
  },
  {
    route: 'POST /v1/auth/login',
    body: ({ email }) => ({ email, password: 'correct horse' }),
    success: 200,
    open: true,
  },
  { route: 'GET /.well-known/jwks.json', success: 200, open: true },
  { route: 'GET /healthz', success: 200, open: true },
  { route: 'GET /v1/me', success: 200 },
  { route: 'GET /v1/organizations', success: 200 },
  { route: 'POST /v1/organizations', body: () => ({ name: 'Second' }), success: 201 },
  { route: 'GET /v1/organizations/{id}', path: organization(), success: 200, outsider: 404 },
  {
    route: 'PATCH /v1/organizations/{id}',
    path: organization(),
    body: () => ({ name: 'Other' }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/organizations/{id}/members',
    path: organization('/members'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'POST /v1/organizations/{id}/members',
    path: organization('/members'),
    body: () => ({ email: 'member@example.test', role: 'viewer' }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/api-keys', success: 200, viewer: 403 },
  {
    route: 'POST /v1/api-keys',
    body: ({ organization: id }) => ({ name: 'k', organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/audit', success: 200, viewer: 403 },
  {
    route: 'GET /v1/devices',
    path: ({ organization: id }) => `/v1/devices?organization=${id}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'POST /v1/devices',
    body: ({ organization: id }) => ({ dialect: 'camera', identifier: 'table-cam', organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}', path: device(), success: 200, outsider: 404 },
  {
    route: 'PATCH /v1/devices/{id}',
    path: device(),
    body: () => ({ name: 'Renamed' }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}/state', path: device('/state'), success: 200, outsider: 404 },
  // Before any newer switch takes its place.
  {
    route: 'DELETE /v1/commands/{id}',
    path: ({ command }) => `/v1/commands/${command}`,
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'PATCH /v1/devices/{id}/state',
    path: device('/state'),
    body: () => ({ desired: { on: true } }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'POST /v1/devices/{id}/commands',
    path: device('/commands'),
    body: () => ({ type: 'switch', on: true }),
    success: 202,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}/commands', path: device('/commands'), success: 200, outsider: 404 },
  {
    route: 'GET /v1/commands/{id}',
    path: ({ command }) => `/v1/commands/${command}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'POST /v1/devices/{id}/print-preview',
    path: printer('/print-preview'),
    body: () => ({ text: 'Hello' }),
    success: 200,
    outsider: 404,
  },
  { route: 'GET /v1/devices/{id}/print-keys', path: printer('/print-keys'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/devices/{id}/print-keys',
    path: printer('/print-keys'),
    body: () => ({ name: 'Friends' }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /print/{secret}',
    path: ({ printSecret }) => `/print/${printSecret}`,
    success: 200,
    open: true,
  },
  {
    route: 'POST /print/{secret}',
    path: ({ printSecret }) => `/print/${printSecret}`,
    body: () => ({ text: 'Hello' }),
    success: 202,
    open: true,
  },
  {
    route: 'DELETE /v1/devices/{id}/print-keys/{key_id}',
    path: (things) => printer(`/print-keys/${things.printKey}`)(things),
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}/key-requests', path: printer('/key-requests'), success: 200, outsider: 404 },
  // Nobody asked for a key: whoever may decide gets as far as being told so.
  ...['allow', 'deny'].map(
    (verb): Row => ({
      route: `POST /v1/devices/{id}/key-requests/{request_id}/${verb}`,
      path: (things) => printer(`/key-requests/${things.claim}/${verb}`)(things),
      success: 404,
      outsider: 404,
      viewer: 403,
    }),
  ),
  {
    route: 'POST /v1/claims',
    // berg.md 5.3: a code that no printer of this test has.
    body: ({ organization: id }) => ({ code: 'c1zp-g2ec-sqqh-28t5', organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/claims',
    path: ({ organization: id }) => `/v1/claims?organization=${id}`,
    success: 200,
    outsider: 404,
  },
  { route: 'GET /v1/claims/{id}', path: ({ claim }) => `/v1/claims/${claim}`, success: 200, outsider: 404 },
  {
    route: 'DELETE /v1/claims/{id}',
    path: ({ claim }) => `/v1/claims/${claim}`,
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'POST /v1/schedules',
    body: ({ device: id }) => ({ device_id: id, on: true, weekly: { days: [1], at: '07:00' } }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/schedules',
    path: ({ device: id }) => `/v1/schedules?device=${id}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /v1/schedules/{id}',
    path: ({ schedule }) => `/v1/schedules/${schedule}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'PATCH /v1/schedules/{id}',
    path: ({ schedule }) => `/v1/schedules/${schedule}`,
    body: () => ({ enabled: false }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/schedules/{id}',
    path: ({ schedule }) => `/v1/schedules/${schedule}`,
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}/credentials', path: device('/credentials'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/devices/{id}/credentials',
    path: device('/credentials'),
    body: () => ({ type: 'token' }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/devices/{id}/connections', path: device('/connections'), success: 200, outsider: 404 },
  { route: 'GET /v1/devices/{id}/log', path: device('/log'), success: 200, outsider: 404 },
  {
    route: 'GET /v1/devices/{id}/readings',
    path: device('/readings?metric=power_w'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /v1/devices/{id}/readings/latest',
    path: device('/readings/latest'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /v1/devices/{id}/readings/export',
    path: device('/readings/export'),
    success: 200,
    outsider: 404,
  },
  { route: 'GET /v1/devices/{id}/energy', path: device('/energy'), success: 200, outsider: 404 },
  {
    route: 'GET /v1/organizations/{id}/energy',
    path: organization('/energy'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /v1/organizations/{id}/readings/export',
    path: organization('/readings/export'),
    success: 200,
    outsider: 404,
  },
  { route: 'GET /v1/devices/{id}/updates', path: device('/updates'), success: 200, outsider: 404 },
  { route: 'GET /v1/devices/{id}/live', path: device('/live'), success: 200, outsider: 404, stream: true },
  {
    route: 'GET /v1/live',
    path: ({ organization: id }) => `/v1/live?organization=${id}`,
    success: 200,
    outsider: 404,
    stream: true,
  },
  {
    route: 'GET /v1/ice-servers',
    path: ({ device: id }) => `/v1/ice-servers?device=${id}`,
    success: 200,
    outsider: 404,
  },
  // Nothing is dead: an operator gets as far as being told so.
  { route: 'GET /v1/dead-letters', success: 200 },
  { route: 'GET /v1/dead-letters/{id}', path: () => '/v1/dead-letters/1', success: 404 },
  { route: 'POST /v1/dead-letters/{id}/retry', path: () => '/v1/dead-letters/1/retry', success: 404 },
  { route: 'DELETE /v1/dead-letters/{id}', path: () => '/v1/dead-letters/1', success: 404 },
  {
    route: 'DELETE /v1/devices/{id}/credentials/{credential_id}',
    path: (things) => device(`/credentials/${things.credential}`)(things),
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/api-keys/{id}',
    path: ({ apiKey }) => `/v1/api-keys/${apiKey}`,
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  { route: 'DELETE /v1/devices/{id}', path: device(), success: 204, outsider: 404, viewer: 403 },
  {
    route: 'DELETE /v1/organizations/{id}/members/{user_id}',
    path: (things) => organization(`/members/${things.user}`)(things),
    success: 204,
    outsider: 404,
    viewer: 403,
  },
];
