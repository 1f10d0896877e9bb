// Agreeing on extensions, asking for reports and what each report becomes.
import { describe, expect, it } from 'vitest';
import type { Json } from '../dialect.js';
import { counted, emitted, helloFor, NOW, Rig } from './_rig.js';
import { isAllowedVersion } from './extension.js';
import { HEALTH_TIMER } from './extensions-channel.js';
import { healthReport, MAX_METRICS } from './health.js';
import { nerveshub } from './nerveshub.js';

const ALL = { health: '0.0.1', geo: '0.0.1', logging: '0.0.1', network_identity: '0.0.1' };

function joinedWith(offer: Json) {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  const effects = rig.json(['4', '4', 'extensions', 'phx_join', offer]);
  const push = (event: string, body: Json = {}, now?: number) =>
    rig.json(['4', '9', 'extensions', event, body], now);
  return { rig, effects, push };
}

describe('agreeing', () => {
  it.each<[Json, Json]>([
    [ALL, ['geo', 'health', 'logging', 'network_identity']],
    [{ health: '0.0.7' }, ['health']],
    [{ health: 1, geo: '0.0.1' }, ['geo']],
    [{ health: '1.0.0', local_shell: '0.0.1' }, ['local_shell']],
    [['health'], []],
    [null, []],
  ])('answers %j with %j', (offer, agreed) => {
    const { rig, effects } = joinedWith(offer);
    const response = { status: 'ok', response: agreed };
    expect(rig.seen(effects)).toEqual([{ recv: ['4', '4', 'extensions', 'phx_reply', response] }]);
    expect(emitted(effects)).toMatchObject([{ kind: 'facts', profile: { extensions: agreed } }]);
  });

  it('allows what `~> 0.0.1` allows', () => {
    for (const version of ['0.0.1', '0.0.1+b', '0.0.2-dev', '0.0.99'])
      expect(isAllowedVersion(version)).toBe(true);
    for (const version of ['0.0.0', '0.0.1-rc', '0.1.0', '0.0', '0.0.x', ''])
      expect(isAllowedVersion(version)).toBe(false);
  });

  it('tells an extension that was not agreed on to detach', () => {
    const { rig, push } = joinedWith({ health: '0.0.1' });
    const detach = [{ recv: ['4', '9', 'extensions', 'phx_reply', { status: 'error', response: 'detach' }] }];
    for (const event of ['geo:attached', 'goof:x', 'goof', '']) expect(rig.seen(push(event))).toEqual(detach);
  });
});

describe('attaching', () => {
  it('asks for health now and every hour while it is attached', () => {
    const { rig, push } = joinedWith(ALL);
    const asked = [{ recv: ['4', null, 'extensions', 'health:check', {}] }];
    const armed = { do: 'arm', timer: HEALTH_TIMER, afterMs: 3_600_000 };
    const first = push('health:attached');
    expect(rig.seen(first)).toEqual(asked);
    expect(first).toContainEqual(armed);
    const later = rig.input({ on: 'timer', timer: HEALTH_TIMER });
    expect(rig.seen(later)).toEqual(asked);
    expect(later).toContainEqual(armed);
    expect(rig.input({ on: 'timer', timer: 'other' })).toEqual([]);
    push('health:detached');
    expect(rig.input({ on: 'timer', timer: HEALTH_TIMER })).toEqual([]);
  });

  it('asks for the place', () => {
    const { rig, push } = joinedWith(ALL);
    const asked = [{ recv: ['4', null, 'extensions', 'geo:location:request', {}] }];
    expect(rig.seen(push('geo:attached'))).toEqual(asked);
    expect(rig.seen(push('logging:attached'))).toEqual([]);
    expect(rig.seen(push('network_identity:attached'))).toEqual([
      { recv: ['4', null, 'extensions', 'network_identity:request', {}] },
    ]);
  });

  it('asks nobody after the channel was left', () => {
    const { rig, push } = joinedWith(ALL);
    push('health:attached');
    rig.json(['4', '10', 'extensions', 'phx_leave', {}]);
    expect(rig.input({ on: 'timer', timer: HEALTH_TIMER })).toEqual([]);
  });

  it('logs why one failed', () => {
    const { push } = joinedWith(ALL);
    const [line] = emitted(push('geo:error', { reason: 'no modem' }));
    expect(line).toMatchObject({ kind: 'log', level: 'warning', message: 'geo: no modem' });
  });
});

describe('health', () => {
  it('makes readings of the numbers, state of the verdict and a log line of the rest', () => {
    const { rig, push } = joinedWith(ALL);
    const effects = push('health:report', {
      value: {
        timestamp: '2026-11-21T00:28:39.878015Z',
        metrics: { cpu_usage_percent: 95, mem_used_percent: 70, 'Load 1min': 1.5, name: 'x' },
        alarms: { disk: 'full' },
      },
    });
    expect(rig.seen(effects)).toEqual([]);
    const events = emitted(effects);
    expect(events.slice(0, 3)).toMatchObject([
      { kind: 'reading', metric: 'health_cpu_usage_percent', value: 95, timeMs: NOW, intervalS: 0 },
      { kind: 'reading', metric: 'health_mem_used_percent', value: 70 },
      { kind: 'reading', metric: 'health_load_1min', value: 1.5 },
    ]);
    const reasons = {
      cpu_usage_percent: { value: 95, threshold: 90 },
      mem_used_percent: { value: 70, threshold: 70 },
    };
    expect(events.slice(3)).toMatchObject([
      { kind: 'facts', reported: { health: { status: 'unhealthy', reasons } } },
      {
        kind: 'log',
        name: 'health_report',
        level: 'error',
        fields: { alarms: { disk: 'full' }, status: 'unhealthy' },
      },
    ]);
  });

  it('judges by the worst of three metrics and knows nothing without them', () => {
    const status = (metrics: Json) => healthReport({ metrics }).status;
    expect(status({ load_1min: 99 })).toBe('unknown');
    expect(status({ cpu_usage_percent: 79.9 })).toBe('healthy');
    expect(status({ disk_used_percentage: 80 })).toBe('warning');
    expect(status({ disk_used_percentage: 90, cpu_usage_percent: 80 })).toBe('unhealthy');
  });

  it('takes at most 32 metrics, each once', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`m${i}`, i]));
    expect(healthReport({ metrics: many }).readings).toHaveLength(MAX_METRICS);
    expect(healthReport({ metrics: { a: 1, A: 2 } }).readings).toEqual([{ metric: 'health_a', value: 1 }]);
  });

  it('counts what is no report', () => {
    const { push } = joinedWith(ALL);
    expect(counted(push('health:report', { value: 7 }))).toEqual(['malformed health_report']);
  });
});

describe('network identities', () => {
  it('are kept in the profile, ten at most, without those that name nothing', () => {
    const { push } = joinedWith(ALL);
    const identity = (n: number) => ({
      service: 'tailscale',
      identifier: `id-${n}`,
      details: { ip: '100.64.0.1' },
    });
    const many = [{ service: 'x' }, 7, ...Array.from({ length: 20 }, (_, n) => identity(n))];
    const [event] = emitted(push('network_identity:report', { identities: many }));
    const kept = event?.kind === 'facts' ? event.profile?.['network_identities'] : undefined;
    expect(kept).toHaveLength(8);
    expect(kept).toContainEqual({ ...identity(0), instance: null });
    expect(counted(push('network_identity:report', { identities: 'x' }))).toEqual([
      'malformed network_identity',
    ]);
  });
});

describe('logging', () => {
  const line = { level: 'error', message: 'boom', meta: { time: 1 }, timestamp: '2026-01-01T00:00:00Z' };

  it('becomes a line of the device log', () => {
    const { push } = joinedWith(ALL);
    expect(emitted(push('logging:send', line))).toMatchObject([
      {
        kind: 'log',
        name: 'device_log',
        level: 'error',
        message: 'boom',
        timeMs: NOW,
        fields: { meta: { time: 1 }, device_time: '2026-01-01T00:00:00Z' },
      },
    ]);
    expect(counted(push('logging:send', { level: 'error' }))).toEqual(['malformed logging']);
  });

  it('lets 10 lines through at once, then 5 a second', () => {
    const { push } = joinedWith(ALL);
    const passes = (now: number) => emitted(push('logging:send', line, now)).length;
    const burst = (now: number) =>
      Array.from({ length: 20 }, () => passes(now)).filter((n) => n === 1).length;
    expect(burst(NOW)).toBe(10);
    expect(counted(push('logging:send', line, NOW))).toEqual(['refused logging_rate']);
    expect(burst(NOW + 1000)).toBe(5);
    expect(burst(NOW)).toBe(0);
    expect(burst(NOW + 60_000)).toBe(10);
  });
});
