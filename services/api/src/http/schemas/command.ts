// Commands as JSON: what may be asked for, by type, and how one stands.
import type { registry } from '@mooring/proto';
import { type Static, type TProperties, Type } from 'typebox';
import { toTime } from '../../domain/time.js';
import { objectOf } from './device.js';
import { AnyObject, FirmwareUuid, Id, Nullable, Time } from './shapes.js';

/** Base64 of a PNG of at most 3 MiB. */
const Png = Type.String({ minLength: 4, maxLength: 4 * 1024 * 1024, description: 'A PNG, in base64' });

/** What can be printed: exactly one of text, html and image. */
export const printable = {
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 20_000 })),
  html: Type.Optional(Type.String({ minLength: 1, maxLength: 256 * 1024 })),
  image: Type.Optional(Png),
  face: Type.Optional(
    Type.Boolean({ description: 'With the face that the printer keeps; true when absent' }),
  ),
  header: Type.Optional(
    Type.Boolean({ description: 'With the name and the time above it; true when absent' }),
  ),
};

const timeout = (maximum: number) =>
  Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum,
      description: 'How long the answer may take; what the dialect says when absent',
    }),
  );
const limits = {
  timeout_s: timeout(1_800),
  expires_in_s: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 30 * 86_400,
      description: 'How long it may wait for its device; ten minutes for a switch, a day otherwise',
    }),
  ),
};

function command<K extends string, T extends TProperties>(type: K, fields: T, description: string) {
  return Type.Object(
    { type: Type.Literal(type), ...limits, ...fields },
    { additionalProperties: false, description },
  );
}

/** One shape per type; `discriminator` says which member tells them apart. */
export const NewCommand = Type.Union(
  [
    command('switch', { on: Type.Boolean() }, 'Switches a plug'),
    command(
      'print',
      {
        ...printable,
        deliver: Type.Optional(
          Type.Union([Type.Literal('now'), Type.Literal('button')], {
            description: 'At once, which is usual, or when somebody presses the button',
          }),
        ),
      },
      'Prints on a Little Printer',
    ),
    command(
      'set_personality',
      {
        face: Png,
        nothing_to_print: Png,
        cannot_see_bridge: Png,
        cannot_see_internet: Png,
        message: Type.Optional(Png),
      },
      'Gives a Little Printer a face and what it prints by itself; the message is printed at once',
    ),
    command('set_quip', { images: Type.Array(Png, { minItems: 3, maxItems: 3 }) }, 'Gives it three quips'),
    command(
      'bridge',
      { name: Type.String({ minLength: 1, maxLength: 64 }), params: Type.Optional(AnyObject) },
      'A command for a BERG bridge itself',
    ),
    command('reboot', {}, 'Restarts a Nerves device'),
    command('identify', {}, 'Has a Nerves device show which one it is'),
    command(
      'script',
      { text: Type.String({ minLength: 1, maxLength: 64 * 1024, description: 'Elixir' }) },
      'Runs on a Nerves device; what it prints and returns is the result; needs the scope console',
    ),
    command(
      'update',
      { firmware: FirmwareUuid, timeout_s: timeout(86_400) },
      'Updates a Nerves device; succeeded when it has come back with that firmware',
    ),
    command(
      'raw',
      {
        frame: Type.String({ minLength: 1, maxLength: 800_000 }),
        encoding: Type.Optional(
          Type.Union([Type.Literal('text'), Type.Literal('base64')], {
            description: 'text when absent; base64 for a Little Printer, unless the frame begins with {',
          }),
        ),
      },
      'Bytes that no dialect interprets; needs the scope devices:raw',
    ),
  ],
  { discriminator: { propertyName: 'type' } },
);
export type NewCommand = Static<typeof NewCommand>;

export const Command = Type.Object({
  id: Id,
  device_id: Id,
  type: Type.String(),
  params: AnyObject,
  state: Type.String({
    description: 'queued, sent, acknowledged, succeeded, failed, expired, cancelled or unconfirmed',
  }),
  code: Nullable(Type.String({ description: 'Why it failed' })),
  result: Nullable(AnyObject),
  actor: Type.String(),
  number: Type.Integer({ description: 'Its name on the wire' }),
  created_at: Time,
  expires_at: Time,
});

export const CommandWithTimeline = Type.Intersect([
  Command,
  Type.Object({
    timeline: Type.Array(Type.Object({ at: Time, state: Type.String(), detail: Nullable(Type.String()) })),
  }),
]);

export function toCommand(command: registry.Command): Static<typeof Command> {
  return {
    id: command.id,
    device_id: command.deviceId,
    type: command.type,
    params: objectOf(command.paramsJson) ?? {},
    state: command.state,
    code: command.code || null,
    result: objectOf(command.resultJson),
    actor: command.actor,
    number: command.number,
    created_at: toTime(command.createdAtMs),
    expires_at: toTime(command.expiresAtMs),
  };
}

export function toCommandWithTimeline(command: registry.Command): Static<typeof CommandWithTimeline> {
  const timeline = command.timeline.map(({ atMs, state, detail }) => ({
    at: toTime(atMs),
    state,
    detail: detail || null,
  }));
  return { ...toCommand(command), timeline };
}
