// Who did what in the organizations whose audit the principal may read, the newest first.
import type { registry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { authorizedIn, permission } from '../domain/authorize.js';
import { page, paged } from '../domain/page.js';
import type { Context } from './context.js';
import { auditMessage } from './message.js';
import { principalOf } from './principal.js';

export function listAudit({ store }: Context): registry.RegistryServer['listAudit'] {
  return unary(async ({ principal, limit, cursor }) => {
    const organizationIds = authorizedIn(principalOf(principal), permission.readAudit);
    const asked = page(limit, cursor);
    const found = await store.audit.list(organizationIds, asked);
    const { items, nextCursor } = paged(found, asked.limit, ({ id }) => id);
    return { items: items.map(auditMessage), nextCursor };
  });
}
