// Decides what people's changes of a deployment group make of it, and what the audit log says of them.
import { type DeploymentGroup, freshRelease, type GroupSettings } from './group.js';
import { type AuditNote, auditOfGroup } from './note.js';
import { paused, resumed, switched } from './rollout.js';
import { checked, type GivenSettings, type Wrong } from './settings.js';

/** The firmware or archive that a group is to bring. */
export interface Release {
  readonly artifactId: string;
  readonly uuid: string;
  readonly version: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
}

/** What people ask to change; what is absent stays. */
export interface Wanted {
  readonly settings: GivenSettings;
  readonly firmware?: Release;
  /** null: none any more. */
  readonly archive?: Release | null;
  readonly isActive?: boolean;
  /** Names of what they changed, for the log. */
  readonly fields: readonly string[];
}

export interface Changed {
  readonly group: DeploymentGroup;
  readonly notes: readonly AuditNote[];
}

export const actions = ['pause', 'resume', 'abort'] as const;
export type Action = (typeof actions)[number];

/** The settings as they can be for that firmware, or what is wrong with them. */
export function settingsFor(given: GivenSettings, firmware: Release): GroupSettings | readonly Wrong[] {
  const { platform, architecture } = firmware;
  const filled = {
    ...given,
    platform: given.platform || platform,
    architecture: given.architecture || architecture,
  };
  const message = "must be the firmware's";
  const wrong = (['product', 'platform', 'architecture'] as const)
    .filter((field) => filled[field] !== firmware[field])
    .map((field): Wrong => ({ field, message }));
  const found = checked(filled);
  if (!isWrong(found)) return wrong.length > 0 ? wrong : found;
  return [...found, ...wrong];
}

export function isWrong(found: GroupSettings | readonly Wrong[]): found is readonly Wrong[] {
  return Array.isArray(found);
}

/** The group with other settings, or what is wrong with them. Another firmware is another release. */
export function changed(
  group: DeploymentGroup,
  wanted: Wanted,
  actor: string,
  nowMs: number,
): Changed | { readonly wrong: readonly Wrong[] } {
  const firmware = wanted.firmware ?? releaseOf(group);
  const settings = settingsFor(wanted.settings, firmware);
  if (isWrong(settings)) return { wrong: settings };
  const notes: AuditNote[] = [];
  const tell = (action: string, details: Readonly<Record<string, unknown>>): void => {
    notes.push(auditOfGroup(group, `deployment_group.${action}`, details, nowMs, actor));
  };
  const isRelease = firmware.uuid !== group.firmwareUuid || firmware.artifactId !== group.artifactId;
  let after: DeploymentGroup = { ...group, ...settings, ...archiveOf(wanted.archive) };
  if (wanted.fields.length > 0) tell('updated', { fields: wanted.fields });
  if (isRelease) {
    after = { ...after, ...released(group, firmware) };
    tell('released', { release: after.release, firmware: firmware.uuid, version: firmware.version });
  }
  if (wanted.isActive !== undefined && wanted.isActive !== group.isActive) {
    after = { ...after, ...switched(after, wanted.isActive) };
    tell(wanted.isActive ? 'activated' : 'deactivated', {});
  }
  return { group: after, notes };
}

/** The group after an action; undefined when it is in no state for it. */
export function controlled(
  group: DeploymentGroup,
  action: Action,
  actor: string,
  nowMs: number,
): Changed | undefined {
  const note = (word: string) => auditOfGroup(group, `deployment_group.${word}`, {}, nowMs, actor);
  if (!group.isActive) return undefined;
  switch (action) {
    case 'pause':
      if (group.state === 'paused') return { group, notes: [] };
      return { group: paused(group, 'paused by hand'), notes: [note('paused')] };
    case 'resume':
      if (group.state !== 'paused') return { group, notes: [] };
      return { group: resumed(group), notes: [note('resumed')] };
    case 'abort':
      return { group: { ...group, ...switched(group, false) }, notes: [note('aborted')] };
  }
}

/** A paused group stays paused: who gave it another firmware has not said that it goes on. */
function released(group: DeploymentGroup, firmware: Release): Partial<DeploymentGroup> {
  const state = group.isActive && group.state !== 'paused' ? ({ state: 'running' } as const) : {};
  return {
    ...freshRelease,
    ...state,
    release: group.release + 1,
    artifactId: firmware.artifactId,
    firmwareUuid: firmware.uuid,
    firmwareVersion: firmware.version,
  };
}

function archiveOf(archive: Release | null | undefined): Partial<DeploymentGroup> {
  if (archive === undefined) return {};
  return { archiveId: archive?.artifactId, archiveUuid: archive?.uuid };
}

function releaseOf(group: DeploymentGroup): Release {
  const { artifactId, firmwareUuid: uuid, firmwareVersion: version, product, platform, architecture } = group;
  return { artifactId, uuid, version, product, platform, architecture };
}
