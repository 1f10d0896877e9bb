// The service Alarms: rules, alarms, webhooks. Whoever calls has checked what the person may do, and where.
import { telemetry } from '@mooring/proto';
import { unary } from '@mooring/runtime';
import { alarmStates } from '../domain/alarm.js';
import {
  acknowledgeAlarm as acknowledge,
  clearAlarm as clear,
  getAlarm as get,
  listAlarms as list,
} from '../store/alarms.js';
import type { AlarmContext } from './alarm-context.js';
import { alarmMessage } from './alarm-message.js';
import { idOf, oneOf, organizationsOf, paged, pageOf } from './alarm-request.js';
import {
  createAlarmRule,
  deleteAlarmRule,
  getAlarmRule,
  listAlarmRules,
  updateAlarmRule,
} from './alarm-rules.js';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listDeliveries,
  listWebhooks,
  retryDelivery,
} from './webhooks.js';

type Server = telemetry.AlarmsServer;

/** The service and its handlers, as a gRPC server takes them. */
export function alarmsService(context: AlarmContext) {
  const handlers: Server = {
    listAlarmRules: listAlarmRules(context),
    createAlarmRule: createAlarmRule(context),
    getAlarmRule: getAlarmRule(context),
    updateAlarmRule: updateAlarmRule(context),
    deleteAlarmRule: deleteAlarmRule(context),
    listAlarms: listAlarms(context),
    getAlarm: getAlarm(context),
    acknowledgeAlarm: changing(context, acknowledge),
    clearAlarm: changing(context, clear),
    listWebhooks: listWebhooks(context),
    getWebhook: getWebhook(context),
    createWebhook: createWebhook(context),
    deleteWebhook: deleteWebhook(context),
    listDeliveries: listDeliveries(context),
    retryDelivery: retryDelivery(context),
  };
  return [telemetry.AlarmsService, handlers] as const;
}

function listAlarms({ pool }: AlarmContext): Server['listAlarms'] {
  return unary(async (request) => {
    const { limit, after: before } = pageOf(request);
    const state = oneOf(request.state, alarmStates, 'state');
    const organizationIds = organizationsOf(request.organizationIds);
    const { deviceId } = request;
    const found = await list(pool, { organizationIds, deviceId, state, limit: limit + 1, before });
    const { items, nextCursor } = paged(found, limit);
    return { items: items.map(alarmMessage), nextCursor };
  });
}

function getAlarm({ pool }: AlarmContext): Server['getAlarm'] {
  return unary(async ({ organizationIds, id }) => {
    const alarm = await get(pool, organizationsOf(organizationIds), idOf(id, 'alarm'));
    return { alarm: alarmMessage(alarm) };
  });
}

function changing({ pool, clock, engine }: AlarmContext, change: typeof acknowledge) {
  return unary(async ({ organizationIds, id, actor }: telemetry.AcknowledgeAlarmRequest) => {
    const organizations = organizationsOf(organizationIds);
    const { alarm, changed } = await change(pool, organizations, idOf(id, 'alarm'), actor, clock.now());
    if (changed) engine.changed([alarm]);
    return { alarm: alarmMessage(alarm) };
  });
}
