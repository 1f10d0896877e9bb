// Which dialect answers on which path: the one table. Paths match exactly.
import { type Endpoint, endpoint } from '../session/endpoint.js';
import { berg } from './berg/berg.js';
import { camera } from './camera/camera.js';
import { personConsole } from './console/console.js';
import { kinetid } from './kinetid/kinetid.js';
import { nerveshub } from './nerveshub/nerveshub.js';
import { viewer } from './viewer/viewer.js';

export const endpoints: readonly Endpoint[] = [
  endpoint('/api/v1/connection', berg),
  endpoint('/socket', kinetid),
  endpoint('/ws/device', camera),
  endpoint('/ws/viewer', viewer),
  endpoint('/ws/console', personConsole),
  endpoint('/socket/websocket', nerveshub),
  endpoint('/device-socket/websocket', nerveshub),
];
