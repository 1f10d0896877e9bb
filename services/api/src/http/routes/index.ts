// All routes of the API.
import type { Parts } from '../parts.js';
import type { Server } from '../server.js';
import { alarmRuleRoutes } from './alarm-rules.js';
import { alarmRoutes } from './alarms.js';
import { apiKeyRoutes } from './api-keys.js';
import { archiveRoutes } from './archives.js';
import { auditRoute } from './audit.js';
import { authRoutes } from './auth.js';
import { caCertificateRoutes } from './ca-certificates.js';
import { claimRoutes } from './claims.js';
import { commandRoutes } from './commands.js';
import { connectionRoute } from './connections.js';
import { credentialRoutes } from './credentials.js';
import { deadLetterRoutes } from './dead-letters.js';
import { deploymentGroupRoutes } from './deployment-groups.js';
import { deviceRoutes } from './device.js';
import { deviceLogRoute } from './device-log.js';
import { deviceListRoutes } from './devices.js';
import { energyRoute } from './energy.js';
import { exportRoute } from './export.js';
import { firmwareRoutes } from './firmware.js';
import { firmwareKeyRoutes } from './firmware-keys.js';
import { healthzRoute } from './healthz.js';
import { iceServerRoute } from './ice-servers.js';
import { jwksRoute } from './jwks.js';
import { keyRequestRoutes } from './key-requests.js';
import { liveRoutes } from './live.js';
import { meRoute } from './me.js';
import { memberRoutes } from './members.js';
import { organizationEnergyRoute } from './organization-energy.js';
import { organizationExportRoute } from './organization-export.js';
import { organizationRoutes } from './organizations.js';
import { printRoutes } from './print.js';
import { printKeyRoutes } from './print-keys.js';
import { printPreviewRoute } from './print-preview.js';
import { productKeyRoutes } from './product-keys.js';
import { productRoutes } from './products.js';
import { readingRoutes } from './readings.js';
import { scheduleRoutes } from './schedules.js';
import { stateRoutes } from './state.js';
import { updateSettingsRoutes } from './update-settings.js';
import { updateRoute } from './updates.js';
import { watchPageRoutes } from './watch-page.js';
import { watchSessionRoutes } from './watch-sessions.js';
import { webhookRoutes } from './webhooks.js';

const families: readonly ((server: Server, parts: Parts) => void)[] = [
  authRoutes,
  meRoute,
  organizationRoutes,
  memberRoutes,
  apiKeyRoutes,
  auditRoute,
  deviceListRoutes,
  deviceRoutes,
  credentialRoutes,
  productRoutes,
  productKeyRoutes,
  caCertificateRoutes,
  connectionRoute,
  stateRoutes,
  commandRoutes,
  claimRoutes,
  keyRequestRoutes,
  printPreviewRoute,
  printKeyRoutes,
  printRoutes,
  scheduleRoutes,
  deviceLogRoute,
  readingRoutes,
  exportRoute,
  energyRoute,
  organizationExportRoute,
  organizationEnergyRoute,
  alarmRuleRoutes,
  alarmRoutes,
  webhookRoutes,
  liveRoutes,
  iceServerRoute,
  watchSessionRoutes,
  watchPageRoutes,
  updateRoute,
  updateSettingsRoutes,
  firmwareRoutes,
  archiveRoutes,
  deploymentGroupRoutes,
  firmwareKeyRoutes,
  deadLetterRoutes,
  jwksRoute,
  healthzRoute,
];

/** Registers every route. */
export function registerRoutes(server: Server, parts: Parts): void {
  for (const register of families) register(server, parts);
}
