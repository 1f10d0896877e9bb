// The RPCs that keep alarm rules.
import type { telemetry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { actions, checkRule, conditions, type NewRule, type RuleTerms } from '../domain/alarm-rule.js';
import { createRule, deleteRule, getRule, listRules, updateRule } from '../store/alarm-rules.js';
import type { AlarmContext } from './alarm-context.js';
import { ruleMessage } from './alarm-message.js';
import { idOf, onceOf, oneOf, organizationsOf, paged, pageOf } from './alarm-request.js';
import { deviceNumberOf } from './request.js';

type Server = telemetry.AlarmsServer;

export function listAlarmRules({ pool }: AlarmContext): Server['listAlarmRules'] {
  return unary(async (request) => {
    const { limit, after } = pageOf(request);
    const page = { limit: limit + 1, after };
    const found = await listRules(pool, organizationsOf(request.organizationIds), request.deviceId, page);
    const { items, nextCursor } = paged(found, limit);
    return { items: items.map(ruleMessage), nextCursor };
  });
}

export function createAlarmRule({ pool, clock, engine }: AlarmContext): Server['createAlarmRule'] {
  return unary(async ({ rule: given, idempotencyKey }) => {
    const made = newRule(given);
    const { device, ...rest } = made;
    const once = onceOf(idempotencyKey, 'CreateAlarmRule', { ...rest, deviceId: device?.id ?? '' });
    const rule = await createRule(pool, made, clock.now(), once);
    engine.ruleChanged();
    return { rule: ruleMessage(rule) };
  });
}

export function getAlarmRule({ pool }: AlarmContext): Server['getAlarmRule'] {
  return unary(async ({ organizationIds, id }) => {
    const rule = await getRule(pool, organizationsOf(organizationIds), idOf(id, 'alarm rule'));
    return { rule: ruleMessage(rule) };
  });
}

export function updateAlarmRule({ pool, clock, engine }: AlarmContext): Server['updateAlarmRule'] {
  return unary(async (request) => {
    const organizations = organizationsOf(request.organizationIds);
    const id = idOf(request.id, 'alarm rule');
    const { rule, alarms } = await updateRule(pool, organizations, id, changeOf(request), clock.now());
    engine.ruleChanged();
    engine.changed(alarms);
    return { rule: ruleMessage(rule) };
  });
}

export function deleteAlarmRule({ pool, clock, engine }: AlarmContext): Server['deleteAlarmRule'] {
  return unary(async ({ organizationIds, id }) => {
    const organizations = organizationsOf(organizationIds);
    const { alarms } = await deleteRule(pool, organizations, idOf(id, 'alarm rule'), clock.now());
    engine.ruleChanged();
    engine.changed(alarms);
    return {};
  });
}

function newRule(given: telemetry.AlarmRule | undefined): NewRule {
  if (given === undefined) throw new Fault('invalid', 'there is no rule');
  const { name, metric, threshold, forS, hysteresis, enabled, deviceId, deviceNumber } = given;
  const [organizationId] = organizationsOf([given.organizationId]);
  if (organizationId === undefined) throw new Fault('invalid', 'a rule belongs to an organization');
  const condition = oneOf(given.condition, conditions, 'condition');
  if (condition === '') throw new Fault('invalid', 'a rule has a condition');
  const action = oneOf(given.action, actions, 'action');
  const device = deviceId === '' ? {} : { device: { id: deviceId, number: deviceNumberOf(deviceNumber) } };
  const terms = { name, metric, condition, threshold, forS, hysteresis, action, enabled };
  return { organizationId, ...device, ...checkRule(terms) };
}

function changeOf(request: telemetry.UpdateAlarmRuleRequest): Partial<RuleTerms> {
  const { name, threshold, forS, hysteresis, enabled, action } = request;
  return {
    ...(name === undefined ? {} : { name }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(forS === undefined ? {} : { forS }),
    ...(hysteresis === undefined ? {} : { hysteresis }),
    ...(enabled === undefined ? {} : { enabled }),
    ...(action === undefined ? {} : { action: oneOf(action, actions, 'action') }),
  };
}
