// Decides whether what another service says was done is fit to be kept.
import type { bus } from '@mooring/proto';
import { type JsonObject, parseObject } from './json.js';
import { keyPattern } from './page.js';

/** An entry of the audit log that was told by the service in which it happened. */
export interface ToldDeed {
  /** UUID; the same one again is the same deed. */
  readonly id: string;
  readonly organizationId: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly resource: string;
  readonly details: JsonObject;
}

const MAX_DETAILS_BYTES = 8 * 1024;
/** The year 10000, which the API cannot write. */
const END_OF_TIME_MS = 253_402_300_800_000;
const ACTION = /^[a-z0-9_.]{1,64}$/;
const NAME = /^[\w.:@ -]{1,200}$/;

/** The entry, or the words that say what is wrong with it. `organization` is the one that its subject names. */
export function readDeed(entry: bus.AuditEntry, organization: string | undefined): ToldDeed | string {
  const { id, organizationId, atMs, actor, action, resource, detailsJson } = entry;
  if (!keyPattern.uuid.test(id)) return 'its id is no UUID';
  if (!keyPattern.uuid.test(organizationId)) return 'its organization is no UUID';
  if (organizationId !== organization) return 'its subject names another organization';
  if (!(atMs > 0 && atMs < END_OF_TIME_MS)) return 'its time is none';
  if (!ACTION.test(action)) return 'its action is none';
  if (!NAME.test(actor)) return 'its actor is none';
  if (!NAME.test(resource)) return 'its resource is none';
  const details = parseObject(detailsJson === '' ? '{}' : detailsJson, MAX_DETAILS_BYTES);
  if (details === undefined) return `its details are no JSON object of at most ${MAX_DETAILS_BYTES} bytes`;
  return { id, organizationId, at: new Date(atMs), actor, action, resource, details };
}
