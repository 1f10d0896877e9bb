// The device channel: who joins as what, and what each of a device's messages about itself becomes.
import type { Answer, Delivered, Effect, JsonObject } from '../dialect.js';
import { understands } from './api-version.js';
import { type Channel, type ChannelAction, type Joined, joined, nothing, type Outcome } from './channel.js';
import { count, facts, log, step } from './device-events.js';
import { firmwareFacts, joinedFirmware, profileFacts, wantsKeys } from './device-join.js';
import type { DeviceSession } from './device-session.js';
import { commandActions } from './execute.js';
import { firmwarePushes, updatePayload } from './firmware-pushes.js';
import { healthEffects } from './health-effects.js';
import { boundedObject, fieldsOf, isList, member, textOf } from './json.js';
import { locationEffects } from './location.js';
import type { Payload, Scalar } from './message.js';
import { networkKind } from './network-interface.js';
import { scriptAnswer } from './script.js';
import { isOwn, parseTopic } from './topics.js';
import { reportUpdate } from './update-effects.js';
import { progressReport, statusReport } from './update-status.js';

const MAX_CONNECTION_TYPES = 8;
const MAX_NAME = 64;

export const deviceChannel: Channel<DeviceSession> = {
  join,
  receive,
  respond,
  execute: commandActions,
  deliver,
};

function join(session: DeviceSession, topic: string, payload: Payload, now: number): Joined<DeviceSession> {
  const named = parseTopic(topic);
  const { id, firmwareUuid } = named?.channel === 'device' ? named : {};
  if (id !== undefined && !isOwn(id, session.device)) {
    const actions = [count('refused', 'topic_of_another_device')];
    return { status: 'error', response: { error: 'could not connect' }, context: session, actions };
  }
  const fields = fieldsOf(payload);
  const apiVersion = textOf(member(fields, 'device_api_version'), MAX_NAME) ?? '';
  const actions = [...arrival(session, fields, now, firmwareUuid), ...afterJoin(fields)];
  return joined({ ...session, apiVersion, wantsKeys: wantsKeys(fields) }, {}, actions);
}

function arrival(
  session: DeviceSession,
  fields: JsonObject,
  now: number,
  firmwareUuid?: string,
): readonly Effect[] {
  const firmware = firmwareFacts(fields, firmwareUuid);
  const profile = profileFacts(fields);
  const { uuid = null, product = null, version = null } = firmware;
  return [
    facts(session.device, now, { firmware, profile }),
    step(session.device, now, { status: 'joined', joined: joinedFirmware(fields, firmware) }),
    log(session.device, now, { name: 'joined', message: 'joined', fields: { uuid, product, version } }),
  ];
}

/** The invitation to the extensions. Keys, archives and updates are pushed by whoever is told of the join. */
function afterJoin(fields: JsonObject): readonly ChannelAction[] {
  return understands(member(fields, 'device_api_version'), 'extensions:get')
    ? [{ do: 'push', event: 'extensions:get', payload: {} }]
    : [];
}

/** Pushes of firmware-update are for this channel. */
function deliver(session: DeviceSession, input: Delivered): Outcome<DeviceSession> | undefined {
  if (input.on !== 'push') return undefined;
  const pushes = firmwarePushes(input.push, session);
  return { context: session, actions: [...pushes, { do: 'accept', joined: true }] };
}

const NO_UPDATE: JsonObject = { update_available: false };

/** The one question that is asked for a device: whether an update waits. Who cannot tell, tells of none. */
function respond(session: DeviceSession, answer: Answer) {
  const update = answer.kind === 'update_due' ? answer.update : undefined;
  const response = update === undefined ? NO_UPDATE : updatePayload(update);
  return { context: { ...session, checking: false }, response };
}

/** Only the two questions of 2.0 and 2.1 clients are answered; today's device expects no replies. */
function receive(
  session: DeviceSession,
  event: Scalar,
  payload: Payload,
  now: number,
): Outcome<DeviceSession> {
  const fields = fieldsOf(payload);
  const { device } = session;
  switch (event) {
    case 'status_update':
      return reportUpdate(session, statusReport(fields), now);
    case 'fwup_progress':
    case 'update_progress':
      return reportUpdate(session, progressReport(fields), now, 'progress');
    case 'firmware_validated': {
      const firmware = { validated: true, validation_status: 'validated' };
      const line = { name: 'firmware_validated', message: 'the firmware was validated' };
      const validated = step(device, now, { status: 'validated' });
      return {
        context: session,
        actions: [facts(device, now, { firmware }), validated, log(device, now, line)],
      };
    }
    case 'rebooting':
      return { context: session, actions: [log(device, now, { name: 'rebooting', message: 'rebooting' })] };
    case 'connection_types':
      return { context: session, actions: connectionTypes(session, fields, now) };
    case 'report_network_interface':
      return { context: session, actions: networkInterface(session, fields, now) };
    case 'check_update_available':
      return checkUpdate(session);
    case 'location:update': {
      const actions = locationEffects(device, fields, now);
      return { context: session, actions: [...actions, { do: 'reply', status: 'ok', response: {} }] };
    }
    case 'health_check_report':
      return { context: session, actions: healthEffects(device, member(fields, 'value'), now) };
    case 'scripts/run':
      return { context: session, actions: scriptEffects(session, fields, now) };
    default:
      return { ...nothing(session), actions: [count('unrecognised', 'device_event')] };
  }
}

/** One question at a time: whoever asks again meanwhile is told what an impatient device can do without. */
function checkUpdate(session: DeviceSession): Outcome<DeviceSession> {
  if (session.checking === true) {
    const reply: ChannelAction = { do: 'reply', status: 'ok', response: NO_UPDATE };
    return { context: session, actions: [count('refused', 'check_update'), reply] };
  }
  const question = { kind: 'check_update' } as const;
  return { context: { ...session, checking: true }, actions: [{ do: 'reply_later', question }] };
}

/** An answer to a command, or what the code that runs on connecting said. */
function scriptEffects({ device }: DeviceSession, fields: JsonObject, now: number): readonly Effect[] {
  const answer = scriptAnswer(fields);
  if (answer === undefined) return [count('malformed', 'script_result')];
  if (answer.of === 'command') {
    return [{ do: 'emit', event: { kind: 'control', device, timeMs: now, content: answer.content } }];
  }
  const { ref, result } = answer;
  return [log(device, now, { name: 'script_result', message: ref, fields: boundedObject(result) })];
}

function connectionTypes(session: DeviceSession, fields: JsonObject, now: number): readonly Effect[] {
  const values = member(fields, 'values');
  if (!isList(values)) return [count('malformed', 'connection_types')];
  const types = values.slice(0, MAX_CONNECTION_TYPES).flatMap((value) => textOf(value, MAX_NAME) ?? []);
  const line = { name: 'connection_types', message: types.join(', '), fields: { values: types } };
  return [
    facts(session.device, now, { profile: { connection_types: types } }),
    log(session.device, now, line),
  ];
}

function networkInterface(session: DeviceSession, fields: JsonObject, now: number): readonly Effect[] {
  const name = textOf(member(fields, 'interface'), MAX_NAME);
  if (name === undefined) return [count('malformed', 'network_interface')];
  const network = { interface: name, kind: networkKind(name) };
  const line = { name: 'network_interface', message: `${name} (${network.kind})`, fields: network };
  return [
    facts(session.device, now, { profile: { network } }),
    step(session.device, now, { status: 'network', network: network.kind }),
    log(session.device, now, line),
  ];
}
