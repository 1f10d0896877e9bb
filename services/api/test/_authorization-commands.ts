// The authorization table's rows for commands, desired state, prints, claims and schedules.
import type { Row, Things } from './_authorization-row.js';

const device =
  (rest = '') =>
  ({ device: id }: Things) =>
    `/v1/devices/${id}${rest}`;
const printer =
  (rest: string) =>
  ({ printer: id }: Things) =>
    `/v1/devices/${id}${rest}`;
/** In an order in which each may be made. */
export const commandRows: readonly Row[] = [
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
];
