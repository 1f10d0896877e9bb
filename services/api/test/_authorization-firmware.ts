// The authorization table's rows for firmware, archives, the keys that sign them, and deployment groups.
import type { Row, Things } from './_authorization-row.js';
import { fixture } from './_firmware.js';

const firmware =
  (rest = '') =>
  ({ firmware: uuid }: Things) =>
    `/v1/firmware/${uuid}${rest}`;
const archive =
  (rest = '') =>
  ({ archive: uuid }: Things) =>
    `/v1/archives/${uuid}${rest}`;
const group =
  (rest = '') =>
  ({ deploymentGroup: id }: Things) =>
    `/v1/deployment-groups/${id}${rest}`;
const device =
  (rest: string) =>
  ({ device: id }: Things) =>
    `/v1/devices/${id}${rest}`;
/** What the delta that is uploaded leads to. */
const NEXT = '236fe56b-8058-5b6c-ce94-8a8c30b71269';
const organization =
  (path: string) =>
  ({ organization: id }: Things) =>
    `${path}?organization=${id}`;

/** In an order in which each may be made. */
export const firmwareRows: readonly Row[] = [
  { route: 'GET /v1/firmware', path: organization('/v1/firmware'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/firmware',
    path: organization('/v1/firmware'),
    body: () => fixture('demo-1.0.0_1.1.0.delta.fw'),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/firmware/{uuid}', path: firmware(), success: 200, outsider: 404 },
  { route: 'GET /v1/firmware/{uuid}/link', path: firmware('/link'), success: 200, outsider: 404 },
  { route: 'GET /v1/archives', path: organization('/v1/archives'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/archives',
    path: organization('/v1/archives'),
    body: () => fixture('demo-1.0.0_1.1.0.delta.fw'),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/archives/{uuid}', path: archive(), success: 200, outsider: 404 },
  { route: 'GET /v1/archives/{uuid}/link', path: archive('/link'), success: 200, outsider: 404 },
  { route: 'DELETE /v1/archives/{uuid}', path: archive(), success: 204, outsider: 404, viewer: 403 },
  {
    route: 'GET /v1/deployment-groups',
    path: organization('/v1/deployment-groups'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'POST /v1/deployment-groups',
    body: ({ organization: id }) => ({
      ...{ name: 'second', product: 'demo', firmware_uuid: NEXT, organization_id: id },
    }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/deployment-groups/{id}', path: group(), success: 200, outsider: 404 },
  { route: 'GET /v1/deployment-groups/{id}/status', path: group('/status'), success: 200, outsider: 404 },
  {
    route: 'PATCH /v1/deployment-groups/{id}',
    path: group(),
    body: () => ({ notes: 'looked at' }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  ...(['pause', 'resume', 'abort'] as const).map(
    (action): Row => ({
      route: `POST /v1/deployment-groups/{id}/${action}`,
      path: group(`/${action}`),
      success: 200,
      outsider: 404,
      viewer: 403,
    }),
  ),
  {
    route: 'GET /v1/devices/{id}/update-settings',
    path: device('/update-settings'),
    success: 200,
    outsider: 404,
  },
  {
    route: 'PATCH /v1/devices/{id}/update-settings',
    path: device('/update-settings'),
    body: () => ({ updates_enabled: true }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/deployment-groups/{id}',
    path: group(),
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  // Nothing refers to it any more.
  { route: 'DELETE /v1/firmware/{uuid}', path: firmware(), success: 204, outsider: 404, viewer: 403 },
  { route: 'GET /v1/firmware-keys', path: organization('/v1/firmware-keys'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/firmware-keys',
    body: ({ organization: id }) => ({
      ...{ name: 'other-key', organization_id: id },
      public_key: fixture('other-key.pub').toString(),
    }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/firmware-keys/{id}',
    path: ({ firmwareKey: id }) => `/v1/firmware-keys/${id}`,
    success: 204,
    outsider: 404,
    viewer: 403,
  },
];
