// The device channel: who joins as what, and what each of a device's messages about itself becomes.
import type { Effect, JsonObject } from '../dialect.js';
import { understands } from './api-version.js';
import { type Channel, type ChannelAction, type Joined, joined, nothing, type Outcome } from './channel.js';
import { count, facts, log } from './device-events.js';
import { firmwareFacts, profileFacts } from './device-join.js';
import type { DeviceSession } from './device-session.js';
import { healthEffects } from './health-effects.js';
import { fieldsOf, isList, member, textOf } from './json.js';
import { locationEffects } from './location.js';
import type { Payload, Scalar } from './message.js';
import { networkKind } from './network-interface.js';
import { isOwn, parseTopic } from './topics.js';
import { reportUpdate } from './update-effects.js';
import { progressReport, statusReport } from './update-status.js';

const MAX_CONNECTION_TYPES = 8;
const MAX_NAME = 64;

export const deviceChannel: Channel<DeviceSession> = { join, receive };

function join(session: DeviceSession, topic: string, payload: Payload, now: number): Joined<DeviceSession> {
  const named = parseTopic(topic);
  const { id, firmwareUuid } = named?.channel === 'device' ? named : {};
  if (id !== undefined && !isOwn(id, session.device)) {
    const actions = [count('refused', 'topic_of_another_device')];
    return { status: 'error', response: { error: 'could not connect' }, context: session, actions };
  }
  const fields = fieldsOf(payload);
  return joined(session, {}, [...arrival(session, fields, now, firmwareUuid), ...afterJoin(fields)]);
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
    log(session.device, now, { name: 'joined', message: 'joined', fields: { uuid, product, version } }),
  ];
}

/** In the reference's order: keys when asked for, then the invitation to the extensions (nerveshub.md, 3.2). */
function afterJoin(fields: JsonObject): readonly ChannelAction[] {
  const pushes: ChannelAction[] = [];
  // The platform knows no firmware or archive keys, so the honest list is empty.
  for (const event of ['fwup_public_keys', 'archive_public_keys']) {
    if (member(fields, event) === 'on_connect') pushes.push({ do: 'push', event, payload: { keys: [] } });
  }
  if (understands(member(fields, 'device_api_version'), 'extensions:get')) {
    pushes.push({ do: 'push', event: 'extensions:get', payload: {} });
  }
  return pushes;
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
      return { context: session, actions: [facts(device, now, { firmware }), log(device, now, line)] };
    }
    case 'rebooting':
      return { context: session, actions: [log(device, now, { name: 'rebooting', message: 'rebooting' })] };
    case 'connection_types':
      return { context: session, actions: connectionTypes(session, fields, now) };
    case 'report_network_interface':
      return { context: session, actions: networkInterface(session, fields, now) };
    case 'check_update_available': {
      // No update is ever waiting here: whether one is due is decided elsewhere and pushed.
      return {
        context: session,
        actions: [{ do: 'reply', status: 'ok', response: { update_available: false } }],
      };
    }
    case 'location:update': {
      const actions = locationEffects(device, fields, now);
      return { context: session, actions: [...actions, { do: 'reply', status: 'ok', response: {} }] };
    }
    case 'health_check_report':
      return { context: session, actions: healthEffects(device, member(fields, 'value'), now) };
    case 'scripts/run':
      return { context: session, actions: [count('ignored', 'script_result')] };
    default:
      return { ...nothing(session), actions: [count('unrecognised', 'device_event')] };
  }
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
  return [facts(session.device, now, { profile: { network } }), log(session.device, now, line)];
}
