// The authorization table: for every route, a request that is right, and what others get for the same request.

import { alarmRows } from './_authorization-alarms.js';
import { certificateRows } from './_authorization-certificates.js';
import { commandRows } from './_authorization-commands.js';
import { firmwareRows } from './_authorization-firmware.js';
import { productRows } from './_authorization-products.js';
import type { Row, Things } from './_authorization-row.js';

const device =
  (rest = '') =>
  ({ device: id }: Things) =>
    `/v1/devices/${id}${rest}`;
const organization =
  (rest = '') =>
  ({ organization: id }: Things) =>
    `/v1/organizations/${id}${rest}`;
const watchSession = () => '/v1/watch-sessions/550e8400-e29b-41d4-a716-446655440000';

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
  ...commandRows,
  ...alarmRows,
  ...firmwareRows,
  ...productRows,
  ...certificateRows,
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
    path: ({ camera: id }) => `/v1/ice-servers?device=${id}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /v1/watch-sessions',
    path: ({ camera: id }) => `/v1/watch-sessions?device=${id}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'GET /watch/{device}',
    path: ({ camera: id }) => `/watch/${id}`,
    success: 200,
    open: true,
  },
  // Nobody watches: whoever may look gets as far as being told so.
  { route: 'GET /v1/watch-sessions/{id}', path: watchSession, success: 404, outsider: 404 },
  { route: 'DELETE /v1/watch-sessions/{id}', path: watchSession, success: 404, outsider: 404 },
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
