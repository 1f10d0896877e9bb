// /v1/firmware: firmware files, verified at their upload; where they can be downloaded.
import { artifactRoutes } from '../artifact-routes.js';
import type { Parts } from '../parts.js';
import type { Server } from '../server.js';

export function firmwareRoutes(server: Server, parts: Parts): void {
  artifactRoutes(server, parts, { kind: 'firmware', path: 'firmware', field: 'firmware', many: 'firmware' });
}
