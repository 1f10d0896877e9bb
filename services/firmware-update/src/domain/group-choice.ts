// Decides which deployment group a device belongs to (nerveshub.md 5.2).
import { compareVersions, parseVersion } from './version.js';
import { satisfies } from './version-requirement.js';

export type TagOperator = 'and' | 'or';

/** What a group asks of its devices. */
export interface GroupConditions {
  /** Empty for any version. */
  readonly version: string;
  readonly tags: readonly string[];
  readonly tagOperator: TagOperator;
}

/** A group as far as membership depends on it. */
export interface GroupCandidate {
  readonly id: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly conditions: GroupConditions;
  /** Version of the firmware that it brings its devices to. */
  readonly firmwareVersion: string;
}

/** What a device says of itself, with the tags that people gave it. */
export interface DeviceTraits {
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly version: string;
  readonly tags: readonly string[];
}

/** `and`: the device has every tag of the group; `or`: at least one. A group without tags is for all. */
export function matchesTags(
  deviceTags: readonly string[],
  groupTags: readonly string[],
  operator: TagOperator,
): boolean {
  if (groupTags.length === 0) return true;
  const has = (tag: string): boolean => deviceTags.includes(tag);
  return operator === 'and' ? groupTags.every(has) : groupTags.some(has);
}

/** Why a device of a group may not stay; undefined when it may. Tags are not asked again: they chose, they do not hold. */
export function mismatch(
  device: DeviceTraits,
  group: GroupCandidate,
): 'version' | 'platform' | 'architecture' | undefined {
  if (!satisfies(device.version, group.conditions.version)) return 'version';
  if (device.platform !== group.platform) return 'platform';
  if (device.architecture !== group.architecture) return 'architecture';
  return undefined;
}

/** The groups that a device may be put into, of those that take new ones; the one that it belongs to comes first. */
export function fittingGroups<G extends GroupCandidate>(device: DeviceTraits, groups: readonly G[]): G[] {
  return groups
    .filter(
      (group) =>
        group.product === device.product &&
        mismatch(device, group) === undefined &&
        matchesTags(device.tags, group.conditions.tags, group.conditions.tagOperator),
    )
    .sort((one, other) => compareGroups(device, one, other));
}

/** The highest firmware first, then the one that shares most tags with the device, then the oldest (ids grow). */
function compareGroups(device: DeviceTraits, one: GroupCandidate, other: GroupCandidate): number {
  return (
    compareFirmware(other.firmwareVersion, one.firmwareVersion) ||
    shared(device, other) - shared(device, one) ||
    (one.id < other.id ? -1 : 1)
  );
}

function compareFirmware(one: string, other: string): number {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  if (first === undefined || second === undefined)
    return Number(first !== undefined) - Number(second !== undefined);
  return compareVersions(first, second);
}

function shared(device: DeviceTraits, { conditions }: GroupCandidate): number {
  return conditions.tags.filter((tag) => device.tags.includes(tag)).length;
}
