// Deployment groups as JSON: their settings, how one stands, how far it is.
import { Type } from 'typebox';
import { FirmwareUuid, Id, Name, Nullable, Time } from './shapes.js';

const count = (fallback: number, maximum: number, description: string) =>
  Type.Integer({ minimum: 1, maximum, default: fallback, description });
const tagsOf = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 100, description });

const Conditions = Type.Object(
  {
    version: Type.Optional(
      Type.String({
        maxLength: 500,
        description: "On what a device runs, as Elixir has it: '~> 1.2 and != 1.2.3'; empty for any",
      }),
    ),
    tags: Type.Optional(tagsOf('Of a device')),
    tag_operator: Type.Optional(
      Type.Union([Type.Literal('and'), Type.Literal('or')], { description: 'and when absent' }),
    ),
  },
  { additionalProperties: false },
);
const Phase = Type.Object(
  {
    percent: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'Of the devices, with the phases before' }),
    ),
    count: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Devices, with the phases before' }),
    ),
    soak_minutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 43_200 })),
    max_failures: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Pauses the group when it is reached' }),
    ),
  },
  { additionalProperties: false, description: 'Has percent or count' },
);

/** All that can be changed later; a member for each, with its bounds. */
const changeable = {
  name: Name,
  platform: Type.String({ maxLength: 255, description: "The firmware's when absent or empty" }),
  architecture: Type.String({ maxLength: 255, description: "The firmware's when absent or empty" }),
  conditions: Conditions,
  firmware_uuid: FirmwareUuid,
  archive_uuid: Nullable(FirmwareUuid),
  concurrent_updates: count(10, 10_000, 'Never more are in flight'),
  failure_threshold: count(50, 1_000_000, 'Failed updates of a release that pause the group'),
  device_failure_threshold: count(3, 1_000, 'Attempts of a device that put it into the penalty box'),
  device_failure_rate_amount: count(5, 1_000, 'Attempts within the time below that do so too'),
  device_failure_rate_seconds: count(180, 604_800, 'That time'),
  penalty_timeout_minutes: Type.Integer({ minimum: 60, maximum: 525_600, default: 1_440 }),
  update_timeout_minutes: count(30, 1_440, 'After the last that was heard of an update, it has failed'),
  queue_management: Type.Union([Type.Literal('fifo'), Type.Literal('lifo')], {
    default: 'fifo',
    description: 'Who comes first: the one that is connected longest, or the one seen first last',
  }),
  release_network_interfaces: Type.Array(
    Type.Union([
      Type.Literal('wifi'),
      Type.Literal('ethernet'),
      Type.Literal('cellular'),
      Type.Literal('unknown'),
    ]),
    { maxItems: 4, description: 'Only over these; empty for any' },
  ),
  release_tags: tagsOf('That a device must have to get this release'),
  lock_device_membership: Type.Boolean({ description: 'Nobody comes or goes by itself' }),
  connecting_code: Type.String({
    maxLength: 16_384,
    description: 'Elixir that its devices run when they connect',
  }),
  notes: Type.String({ maxLength: 4_000 }),
  phases: Type.Array(Phase, { maxItems: 20, description: 'One after the other; all at once when empty' }),
  priority_queue_enabled: Type.Boolean(),
  priority_queue_concurrent_updates: count(5, 10_000, 'Besides concurrent_updates'),
  priority_queue_firmware_version_threshold: Type.String({
    maxLength: 255,
    description: 'Devices with this version or an older one go first',
  }),
};
const { name, firmware_uuid, ...withDefaults } = changeable;

export const NewDeploymentGroup = Type.Object(
  {
    name,
    product: Type.String({ minLength: 1, maxLength: 255 }),
    firmware_uuid,
    ...Type.Partial(Type.Object(withDefaults)).properties,
    organization_id: Type.Optional(Id),
    is_active: Type.Optional(Type.Boolean({ description: 'false when absent' })),
  },
  { additionalProperties: false },
);

export const DeploymentGroupChange = Type.Object(
  {
    ...Type.Partial(Type.Object(changeable)).properties,
    is_active: Type.Optional(Type.Boolean()),
    paused: Type.Optional(Type.Boolean({ description: 'Pauses an active group, or lets it go on' })),
  },
  { additionalProperties: false },
);

export const DeploymentGroup = Type.Object({
  id: Id,
  deployment_id: Type.Integer({ description: 'As devices see it' }),
  organization_id: Id,
  product: Type.String(),
  ...changeable,
  firmware_version: Type.String(),
  is_active: Type.Boolean(),
  paused: Type.Boolean(),
  state: Type.String({ description: 'inactive, running, paused, soaking or complete' }),
  reason: Nullable(Type.String({ description: 'Why it is paused' })),
  release: Type.Integer({ description: 'Grows with each change of firmware' }),
  phase: Type.Integer({ description: 'Index of the present one; 0 without phases' }),
  revision: Type.Integer({ description: 'Grows with each change; the entity tag' }),
  created_at: Time,
  updated_at: Time,
});

export const DeploymentStatus = Type.Object({
  group: DeploymentGroup,
  devices: Type.Integer(),
  updated: Type.Integer({ description: 'On the firmware' }),
  in_flight: Type.Integer(),
  waiting: Type.Integer({ description: 'May get it, and have not' }),
  offline: Type.Integer(),
  penalized: Type.Integer(),
  failures: Type.Integer({ description: 'Since the release began or was resumed' }),
  failed: Type.Integer({ description: 'Devices whose last update of this release failed' }),
  soak_until: Nullable(Time),
});
