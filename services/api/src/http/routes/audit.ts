// GET /v1/audit: who did what, newest first.
import type { registry } from '@mooring/proto';
import { type Static, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { member, principalOf } from '../access.js';
import type { Parts } from '../parts.js';
import { Page, PlainPage, pageFrom, pageOf } from '../schemas/page.js';
import { AnyObject, Id, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const Entry = Type.Object({
  id: Type.String(),
  organization_id: Id,
  at: Time,
  actor: Type.String({ description: 'Id of a user or API key, or `system`' }),
  action: Type.String(),
  resource: Type.String(),
  details: AnyObject,
});

const schema = {
  tags: ['Organizations'],
  summary: 'Lists what was done, newest first',
  querystring: PlainPage,
  response: { 200: Page(Entry) },
};

export function auditRoute(server: Server, { peers }: Parts): void {
  const config = { access: member('audit:read', 'admin') };
  server.get('/v1/audit', { config, schema }, async (request) => {
    const principal = principalOf(request);
    return pageFrom(await peers.registry.listAudit({ principal, ...pageOf(request.query) }), toEntry);
  });
}

function toEntry(entry: registry.AuditEntry): Static<typeof Entry> {
  const { id, organizationId, atMs, actor, action, resource, detailsJson } = entry;
  const details = detailsJson === '' ? {} : (JSON.parse(detailsJson) as Record<string, unknown>);
  return { id, organization_id: organizationId, at: toTime(atMs), actor, action, resource, details };
}
