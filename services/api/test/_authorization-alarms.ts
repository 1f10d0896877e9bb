// The authorization table's rows for alarm rules, alarms and webhooks.
import type { Row, Things } from './_authorization-row.js';

const rule = ({ alarmRule: id }: Things) => `/v1/alarm-rules/${id}`;
const webhook =
  (rest = '') =>
  ({ webhook: id }: Things) =>
    `/v1/webhooks/${id}${rest}`;
const nobodys = '01890a5d-ac96-774b-bcce-b302099a8001';

/** In an order in which each may be made. */
export const alarmRows: readonly Row[] = [
  {
    route: 'POST /v1/alarm-rules',
    body: ({ device: id }) => ({
      ...{ device_id: id, metric: 'power_w', condition: 'above', threshold: 2000, for_s: 60 },
    }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/alarm-rules',
    path: ({ device: id }) => `/v1/alarm-rules?device=${id}`,
    success: 200,
    outsider: 404,
  },
  { route: 'GET /v1/alarm-rules/{id}', path: rule, success: 200, outsider: 404 },
  {
    route: 'PATCH /v1/alarm-rules/{id}',
    path: rule,
    body: () => ({ enabled: false }),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  { route: 'DELETE /v1/alarm-rules/{id}', path: rule, success: 204, outsider: 404, viewer: 403 },
  {
    route: 'GET /v1/alarms',
    path: ({ organization: id }) => `/v1/alarms?organization=${id}`,
    success: 200,
    outsider: 404,
  },
  // Nothing was raised: whoever may act gets as far as being told so, and whoever may not as well.
  ...['acknowledge', 'clear'].map(
    (verb): Row => ({
      route: `POST /v1/alarms/{id}/${verb}`,
      path: () => `/v1/alarms/${nobodys}/${verb}`,
      success: 404,
      outsider: 404,
      viewer: 404,
    }),
  ),
  {
    route: 'POST /v1/webhooks',
    body: ({ organization: id }) => ({ url: 'https://hook.example.test/', organization_id: id }),
    success: 201,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/webhooks',
    path: ({ organization: id }) => `/v1/webhooks?organization=${id}`,
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'GET /v1/webhooks/{id}/deliveries',
    path: webhook('/deliveries'),
    success: 200,
    outsider: 404,
    viewer: 403,
  },
  {
    route: 'POST /v1/webhooks/{id}/deliveries/{delivery_id}/retry',
    path: webhook(`/deliveries/${nobodys}/retry`),
    success: 404,
    outsider: 404,
    viewer: 403,
  },
  { route: 'DELETE /v1/webhooks/{id}', path: webhook(), success: 204, outsider: 404, viewer: 403 },
];
