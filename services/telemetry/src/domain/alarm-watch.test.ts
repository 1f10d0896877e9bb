// Which alarms begin and end along a series of readings, and which readings of a batch make a series.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import type { AlarmRule } from './alarm-rule.js';
import { RuleBook } from './alarm-rule-book.js';
import { WatchedReadings } from './alarm-series.js';
import { initialState } from './alarm-step.js';
import { walk, walkSilence } from './alarm-watch.js';
import type { CheckedBatch } from './batch.js';

const rule: AlarmRule = {
  id: 'rule-1',
  organizationId: 'home',
  name: 'Too much',
  metric: 'power_w',
  condition: 'above',
  threshold: 100,
  forS: 0,
  hysteresis: 0,
  action: 'switch_off',
  enabled: true,
  createdAtMs: 0,
};
const silence: AlarmRule = {
  ...rule,
  id: 'rule-2',
  condition: 'silence',
  forS: 60,
  device: { id: 'd', number: 8n },
};
const watchOf = (of: AlarmRule) => ({ rule: of, deviceId: 'd', deviceNumber: 7n, state: initialState(of) });
const reading = (timeMs: number, value: number) => ({ timeMs, value, intervalS: 0 });

describe('walk', () => {
  it('names each alarm, and ends the one that is open', () => {
    let made = 0;
    const newId = () => `alarm-${++made}`;
    const first = walk(watchOf(rule), [reading(1, 101), reading(2, 1), reading(3, 150)], 10, newId);
    expect(first.changed.map(({ id, state, value, raisedAtMs }) => [id, state, value, raisedAtMs])).toEqual([
      ['alarm-1', 'raised', 101, 1],
      ['alarm-1', 'cleared', 101, 1],
      ['alarm-2', 'raised', 150, 3],
    ]);
    expect(first.watch.alarm?.id).toBe('alarm-2');
    const acknowledged = { ...first.watch.alarm, state: 'acknowledged', acknowledgedBy: 'me' } as never;
    const second = walk({ ...first.watch, alarm: acknowledged }, [reading(4, 1)], 10, newId);
    expect(second.changed).toMatchObject([
      { id: 'alarm-2', state: 'cleared', clearedAtMs: 4, clearedBy: '', acknowledgedBy: 'me' },
    ]);
    expect(second.watch.alarm).toBeUndefined();
  });

  it('raises silence without a value', () => {
    const heard = walk(watchOf(silence), [reading(1, 5)], 2, () => 'unused').watch;
    const { changed } = walkSilence(heard, 60_001, () => 'alarm-1');
    expect(changed).toMatchObject([{ id: 'alarm-1', state: 'raised', raisedAtMs: 60_001 }]);
    expect(changed[0]).not.toHaveProperty('value');
  });
});

const batch = {
  header: { node: 'n', boot: 'b', sequence: 1n, traceparents: [] },
  organizations: [{ id: 'home' }, { id: 'other' }],
  sources: [
    { deviceNumber: 7n, deviceId: 'seven', organization: 0 },
    { deviceNumber: 8n, deviceId: 'eight', organization: 0 },
    { deviceNumber: 9n, deviceId: 'nine', organization: 1 },
  ],
  metrics: ['power_w', 'rssi_dbm'],
  baseTimeMs: 1_000,
  source: [0, 0, 1, 2, 0],
  metric: [0, 0, 0, 0, 1],
  timeOffsetMs: [50, 10, 20, 30, 40],
  value: [1, 2, 3, 4, 5],
  intervalS: [60, 60, 60, 60, 60],
  sequence: [0, 1, 2, 3, 4],
  reports: [],
} as unknown as bus.ReadingBatch as CheckedBatch;

function seriesOf(book: RuleBook, repeated?: ReadonlySet<number>) {
  const gathered = new WatchedReadings(book);
  gathered.add(batch, [1, 2], repeated);
  return gathered
    .finish()
    .map(({ ruleId, deviceId, readings }) => [ruleId, deviceId, readings.map((each) => each.value)]);
}

describe('a series', () => {
  it('is of those devices of the organization that the rule watches, in the order of time', () => {
    const book = new RuleBook();
    book.take([silence, rule]);
    expect(seriesOf(book)).toEqual([
      ['rule-1', 'seven', [2, 1]],
      ['rule-1', 'eight', [3]],
      ['rule-2', 'eight', [3]],
    ]);
    expect(seriesOf(book, new Set([1, 2]))).toEqual([['rule-1', 'seven', [1]]]);
  });

  it('is none without a rule in force', () => {
    const book = new RuleBook();
    book.take([rule]);
    book.take([{ ...rule, enabled: false }]);
    expect(seriesOf(book)).toEqual([]);
  });
});

describe('the book of rules', () => {
  it('knows what is in force, and whether silence is waited for', () => {
    const book = new RuleBook();
    book.take([rule, silence]);
    expect([book.size, book.listens, book.of('home')?.get('power_w')?.length]).toEqual([2, true, 2]);
    book.drop(['rule-2', 'unknown']);
    expect([book.size, book.listens]).toEqual([1, false]);
    const other = new RuleBook();
    other.take([silence]);
    book.become(other);
    expect([book.size, book.listens, book.of('home')?.get('power_w')]).toEqual([1, true, [silence]]);
    book.drop(['rule-2']);
    expect(book.of('home')).toBeUndefined();
  });
});
