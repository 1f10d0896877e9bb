// What follows from a decision beside the rows that it changes: entries of the audit log, steps of orders, counts.

/** How an order that a person gave goes on. */
export interface OrderNote {
  readonly note: 'order';
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly commandNumber: number;
  readonly outcome: 'acknowledged' | 'succeeded' | 'failed';
  /** Why it failed, a word; empty otherwise. */
  readonly code: string;
  readonly message: string;
  readonly atMs: number;
}

/** An entry of the audit log. */
export interface AuditNote {
  readonly note: 'audit';
  readonly organizationId: string;
  /** A person or key, `device:<id>`, `deployment_group:<id>` or `system`. */
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly atMs: number;
}

/** An update of that release failed; or, `unhealthy`, a device fell back after it had succeeded. */
export interface FailureNote {
  readonly note: 'failure' | 'unhealthy';
  readonly groupId: string;
  readonly release: number;
}

/** Something changed that the group's rollout depends on. */
export interface LookNote {
  readonly note: 'look';
  readonly groupId: string;
}

/** An update that is offered must be offered again now. */
export interface OfferNote {
  readonly note: 'offer';
  readonly updateId: string;
}

/** The device has joined and is to be told what waits for it. */
export interface GreetNote {
  readonly note: 'greet';
  readonly deviceId: string;
  readonly organizationId: string;
  readonly epoch: bigint;
  readonly apiVersion: string;
  readonly groupId: string | undefined;
  readonly wantsFirmwareKeys: boolean;
  readonly wantsArchiveKeys: boolean;
}

export type Note = OrderNote | AuditNote | FailureNote | LookNote | OfferNote | GreetNote;

interface Whose {
  readonly deviceId: string;
  readonly organizationId: string;
}

/** An entry about a device; by itself unless `actor` says by whom. */
export function auditOfDevice(
  { deviceId, organizationId }: Whose,
  action: string,
  details: Readonly<Record<string, unknown>>,
  atMs: number,
  actor = `device:${deviceId}`,
): AuditNote {
  return { note: 'audit', organizationId, actor, action, resource: `device:${deviceId}`, details, atMs };
}

/** An entry about a group; by itself unless `actor` says by whom. */
export function auditOfGroup(
  { id, organizationId }: { readonly id: string; readonly organizationId: string },
  action: string,
  details: Readonly<Record<string, unknown>>,
  atMs: number,
  actor = `deployment_group:${id}`,
): AuditNote {
  return { note: 'audit', organizationId, actor, action, resource: `deployment_group:${id}`, details, atMs };
}
