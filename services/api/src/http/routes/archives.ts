// /v1/archives: signed files that devices keep beside their firmware.
import { artifactRoutes } from '../artifact-routes.js';
import type { Parts } from '../parts.js';
import type { Server } from '../server.js';

export function archiveRoutes(server: Server, parts: Parts): void {
  artifactRoutes(server, parts, { kind: 'archive', path: 'archives', field: 'archive', many: 'archives' });
}
