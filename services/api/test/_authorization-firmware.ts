// The authorization table's rows for firmware and the keys that sign it.
import type { Row, Things } from './_authorization-row.js';
import { fixture } from './_firmware.js';

const firmware =
  (rest = '') =>
  ({ firmware: uuid }: Things) =>
    `/v1/firmware/${uuid}${rest}`;
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
