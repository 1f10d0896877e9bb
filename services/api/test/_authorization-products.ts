// The authorization table's rows for products and the keys of theirs.
import type { Row, Things } from './_authorization-row.js';

const product =
  (rest = '') =>
  ({ product: id }: Things) =>
    `/v1/products/${id}${rest}`;

/** In an order in which each may be made. */
export const productRows: readonly Row[] = [
  {
    route: 'GET /v1/products',
    path: ({ organization: id }) => `/v1/products?organization=${id}`,
    success: 200,
    outsider: 404,
  },
  {
    route: 'POST /v1/products',
    body: ({ organization: id }) => ({ name: 'Thermostat', organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/products/{id}', path: product(), success: 200, outsider: 404 },
  {
    route: 'PATCH /v1/products/{id}',
    path: product(),
    body: () => ({ name: 'Barometer' }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  { route: 'GET /v1/products/{id}/keys', path: product('/keys'), success: 200, outsider: 404 },
  {
    route: 'POST /v1/products/{id}/keys',
    path: product('/keys'),
    body: () => ({ name: 'first batch' }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'DELETE /v1/products/{id}/keys/{key_id}',
    path: (things) => product(`/keys/${things.productKey}`)(things),
    success: 204,
    outsider: 404,
    viewer: 403,
  },
  { route: 'DELETE /v1/products/{id}', path: product(), success: 204, outsider: 404, viewer: 403 },
];
