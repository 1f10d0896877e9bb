// Which rules may be kept.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { checkRule, type NewRule } from './alarm-rule.js';

const good: Omit<NewRule, 'organizationId'> = {
  name: 'Too much',
  metric: 'power_w',
  condition: 'above',
  threshold: 2300,
  forS: 30,
  hysteresis: 50,
  action: 'switch_off',
  enabled: true,
};
const silence = { ...good, condition: 'silence', threshold: 0, hysteresis: 0, forS: 15 } as const;

function fieldsOf(rule: typeof good): readonly string[] {
  try {
    checkRule(rule);
    return [];
  } catch (error) {
    if (!isFault(error, 'invalid')) throw error;
    return (error.details ?? []).map(({ field }) => field);
  }
}

describe('checkRule', () => {
  it.each([
    ['a limit', good],
    ['silence', silence],
    ['a week', { ...good, forS: 604_800 }],
    ['a threshold below zero', { ...good, metric: 'rssi_dbm', threshold: -80 }],
  ])('takes %s', (_, rule) => {
    expect(fieldsOf(rule)).toEqual([]);
  });

  it.each([
    ['no name', { ...good, name: '' }, ['name']],
    ['a long name', { ...good, name: 'x'.repeat(121) }, ['name']],
    ['a name with a line break', { ...good, name: 'a\nb' }, ['name']],
    ['no metric', { ...good, metric: 'Power' }, ['metric']],
    ['a metric that is never stored', { ...good, metric: 'energy_wh' }, ['metric']],
    ['more than a week', { ...good, forS: 604_801 }, ['for_s']],
    ['part of a second', { ...good, forS: 0.5 }, ['for_s']],
    ['a threshold that is no number', { ...good, threshold: Number.NaN }, ['threshold']],
    ['a negative hysteresis', { ...good, hysteresis: -1 }, ['hysteresis']],
    ['silence of a moment', { ...silence, forS: 14 }, ['for_s']],
    ['silence with bounds', { ...silence, threshold: 1, hysteresis: 1 }, ['threshold', 'hysteresis']],
  ])('refuses %s', (_, rule, fields) => {
    expect(fieldsOf(rule)).toEqual(fields);
  });
});
