// Decides which settings a deployment group can have: defaults, bounds, and which of them a change names.
import type { GroupSettings, Phase } from './group.js';
import { parseVersion } from './version.js';
import { parseRequirement } from './version-requirement.js';

/** Default, least and most of each number. */
export const bounds = {
  concurrentUpdates: [10, 1, 10_000],
  failureThreshold: [50, 1, 1_000_000],
  deviceFailureThreshold: [3, 1, 1_000],
  deviceFailureRateAmount: [5, 1, 1_000],
  deviceFailureRateSeconds: [180, 1, 604_800],
  penaltyTimeoutMinutes: [1_440, 60, 525_600],
  updateTimeoutMinutes: [30, 1, 1_440],
  priorityQueueConcurrentUpdates: [5, 1, 10_000],
} as const;

const MAX_NAME = 200;
const MAX_CODE = 16_384;
const MAX_NOTES = 4_000;
const MAX_TAGS = 100;
const MAX_TAG = 255;
const MAX_PHASES = 20;
const MAX_SOAK_MINUTES = 43_200;
const MAX_COUNT = 1_000_000;
const interfaces: readonly string[] = ['wifi', 'ethernet', 'cellular', 'unknown'];

/** The same before it was looked at. */
export type GivenSettings = Omit<GroupSettings, 'conditions' | 'queueManagement'> & {
  readonly conditions: {
    readonly version: string;
    readonly tags: readonly string[];
    readonly tagOperator: string;
  };
  readonly queueManagement: string;
};

/** One setting and what is wrong with it; the name as the protocol has it. */
export interface Wrong {
  readonly field: string;
  readonly message: string;
}

/** Those of a new group: what is 0 or empty has its default. */
export function withDefaults(given: GivenSettings): GivenSettings {
  const numbers = Object.fromEntries(
    Object.entries(bounds).map(([key, [fallback]]) => [key, given[key as keyof typeof bounds] || fallback]),
  );
  const { conditions } = given;
  return {
    ...given,
    ...numbers,
    conditions: { ...conditions, tagOperator: conditions.tagOperator || 'and' },
    queueManagement: given.queueManagement || 'fifo',
  };
}

/** The settings, or everything that is wrong with them. */
export function checked(given: GivenSettings): GroupSettings | readonly Wrong[] {
  const wrong: Wrong[] = [
    ...Object.entries(bounds).flatMap(([key, [, least, most]]) => {
      const value = given[key as keyof typeof bounds];
      if (Number.isInteger(value) && value >= least && value <= most) return [];
      return [{ field: wireName(key), message: `must be from ${least} to ${most}` }];
    }),
    ...texts(given),
    ...tagLists(given),
    ...phases(given.phases),
    ...versions(given),
  ];
  // Looked at just now: both are of the closed sets.
  return wrong.length > 0 ? wrong : (given as GroupSettings);
}

/** The name of a setting in the protocol. */
export function wireName(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function texts(given: GivenSettings): Wrong[] {
  const wrong: Wrong[] = [];
  const bad = (field: string, message: string): unknown => wrong.push({ field, message });
  if (given.name.trim() === '' || given.name.length > MAX_NAME)
    bad('name', `must have 1 to ${MAX_NAME} characters`);
  if (given.connectingCode.length > MAX_CODE)
    bad('connecting_code', `must have ${MAX_CODE} characters at most`);
  if (given.notes.length > MAX_NOTES) bad('notes', `must have ${MAX_NOTES} characters at most`);
  for (const key of ['name', 'connectingCode', 'notes'] as const) {
    if (given[key].includes('\0')) bad(wireName(key), 'must not contain NUL');
  }
  if (!['and', 'or'].includes(given.conditions.tagOperator))
    bad('conditions.tag_operator', 'must be and, or');
  if (!['fifo', 'lifo'].includes(given.queueManagement)) bad('queue_management', 'must be fifo, lifo');
  if (!given.releaseNetworkInterfaces.every((each) => interfaces.includes(each)))
    bad('release_network_interfaces', `must be of ${interfaces.join(', ')}`);
  return wrong;
}

function tagLists(given: GivenSettings): Wrong[] {
  const lists = [
    ['conditions.tags', given.conditions.tags],
    ['release_tags', given.releaseTags],
  ] as const;
  const isTag = (tag: string): boolean => tag !== '' && tag.length <= MAX_TAG && !tag.includes('\0');
  return lists.flatMap(([field, tags]) =>
    tags.length <= MAX_TAGS && tags.every(isTag)
      ? []
      : [{ field, message: `must be at most ${MAX_TAGS} tags of 1 to ${MAX_TAG} characters` }],
  );
}

function versions(given: GivenSettings): Wrong[] {
  const wrong: Wrong[] = [];
  const { version } = given.conditions;
  if (version !== '' && parseRequirement(version) === undefined)
    wrong.push({
      field: 'conditions.version',
      message: "must be a version requirement of Elixir, like '~> 1.2'",
    });
  const threshold = given.priorityQueueFirmwareVersionThreshold;
  const field = 'priority_queue_firmware_version_threshold';
  if (threshold === '' ? given.priorityQueueEnabled : parseVersion(threshold) === undefined)
    wrong.push({ field, message: 'must be a version' });
  return wrong;
}

function phases(given: readonly Phase[]): Wrong[] {
  const wrong: Wrong[] = [];
  if (given.length > MAX_PHASES) wrong.push({ field: 'phases', message: `must be ${MAX_PHASES} at most` });
  const last = { percent: 0, count: 0 };
  for (const [index, { size, soakMinutes, maxFailures }] of given.entries()) {
    const [kind, value, most] =
      'percent' in size
        ? (['percent', size.percent, 100] as const)
        : (['count', size.count, MAX_COUNT] as const);
    if (!(value >= 1 && value <= most && value >= last[kind]))
      wrong.push({ field: `phases.${index}.${kind}`, message: `must be from 1 to ${most} and not fall` });
    last[kind] = value;
    if (!(soakMinutes >= 0 && soakMinutes <= MAX_SOAK_MINUTES))
      wrong.push({ field: `phases.${index}.soak_minutes`, message: `must be from 0 to ${MAX_SOAK_MINUTES}` });
    if (maxFailures !== undefined && maxFailures > MAX_COUNT)
      wrong.push({ field: `phases.${index}.max_failures`, message: `must be ${MAX_COUNT} at most` });
  }
  return wrong;
}
