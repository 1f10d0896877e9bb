// Which group a device falls into, and whether it may be updated: the tables of the vectors, and what they leave open.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultLimits, eligibility, type Standing } from './eligibility.js';
import {
  fittingGroups,
  type GroupCandidate,
  matchesTags,
  mismatch,
  type TagOperator,
} from './group-choice.js';

interface Vector {
  readonly name: string;
  readonly kind: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}
const file = new URL('../../../../test/vectors/nerveshub.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { readonly vectors: readonly Vector[] };
const of = (kind: string): readonly Vector[] => vectors.filter((vector) => vector.kind === kind);

const device = {
  product: 'demo',
  platform: 'rpi0',
  architecture: 'arm',
  version: '1.0.0',
  tags: ['a', 'b', 'c'],
};
const group = (id: string, fields: Partial<GroupCandidate> = {}): GroupCandidate => ({
  id,
  product: 'demo',
  platform: 'rpi0',
  architecture: 'arm',
  conditions: { version: '', tags: [], tagOperator: 'and' },
  firmwareVersion: '1.0.0',
  ...fields,
});

describe('tags', () => {
  it.each(of('tag_match'))('$name', ({ input, expected }) => {
    const { device_tags, group_tags, operator } = input;
    const tags = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
    const matched = matchesTags(tags(device_tags), tags(group_tags), operator as TagOperator);
    expect(matched).toBe(expected['match']);
  });
});

describe('the group of a device', () => {
  it.each(of('group_order'))('$name', ({ input, expected }) => {
    const groups = (input['groups'] as { id: number; fw: string; tags_hit: number }[]).map(
      ({ id, fw, tags_hit }) =>
        group(String(id), {
          firmwareVersion: fw,
          conditions: { version: '', tags: device.tags.slice(0, tags_hit), tagOperator: 'or' },
        }),
    );
    expect(fittingGroups(device, groups)[0]?.id).toBe(String(expected['pick']));
  });

  it('is none that is for others', () => {
    const conditions = { version: '>= 2.0.0', tags: [], tagOperator: 'and' } as const;
    const others = [
      group('1', { product: 'other' }),
      group('2', { platform: 'rpi4' }),
      group('3', { architecture: 'x86_64' }),
      group('4', { conditions }),
      group('5', { conditions: { version: '', tags: ['z'], tagOperator: 'and' } }),
    ];
    expect(fittingGroups(device, others)).toEqual([]);
    expect(fittingGroups(device, [...others, group('6')]).map(({ id }) => id)).toEqual(['6']);
  });

  it('is left for the first of version, platform and architecture that does not fit, never for tags', () => {
    const conditions = { version: '> 1.0.0', tags: ['z'], tagOperator: 'and' } as const;
    expect(mismatch(device, group('1', { conditions, platform: 'x' }))).toBe('version');
    expect(mismatch(device, group('1', { platform: 'x', architecture: 'x' }))).toBe('platform');
    expect(mismatch(device, group('1', { architecture: 'x' }))).toBe('architecture');
    expect(mismatch(device, group('1', { conditions: { ...conditions, version: '' } }))).toBeUndefined();
    expect(mismatch({ ...device, version: '1.0' }, group('1', { conditions }))).toBe('version');
  });

  it('prefers a firmware whose version can be read', () => {
    expect(fittingGroups(device, [group('1', { firmwareVersion: 'x' }), group('2')])[0]?.id).toBe('2');
  });
});

describe('eligibility', () => {
  const nowMs = 1_700_000_000_000;
  const standing: Standing = {
    groupActive: true,
    updatesEnabled: true,
    firmwareUuid: 'a',
    targetUuid: 'b',
    attemptsMs: [],
    notValidated: false,
  };
  const meant: Readonly<Record<string, string>> = {
    ok: 'ok',
    penalty: 'failure_',
    deployment_group_not_active: 'group_not_active',
  };

  it.each(of('eligibility'))('$name', ({ input, expected }) => {
    const ages = (input['attempts_ages_s'] as number[]) ?? [];
    const threshold = Number(input['threshold'] ?? defaultLimits.threshold);
    const attemptsMs = ages.map((age) => nowMs - age * 1_000);
    const asked = { ...standing, attemptsMs, groupActive: input['group_active'] !== false };
    const result = String(expected['result']);
    const decided = eligibility(asked, { ...defaultLimits, threshold }, nowMs);
    expect(decided).toContain(meant[result.split(' ')[0] ?? ''] ?? 'no such result');
    if (result.includes('rate')) expect(decided).toBe('failure_rate');
    if (result.includes('threshold')) expect(decided).toBe('failure_threshold');
  });

  it.each([
    [{ updatesEnabled: false }, 'updates_disabled'],
    [{ firmwareUuid: 'b', blockedUntilMs: nowMs + 1 }, 'up_to_date'],
    [{ blockedUntilMs: nowMs + 1 }, 'blocked'],
    [{ blockedUntilMs: nowMs }, 'ok'],
    [{ notValidated: true }, 'not_validated'],
  ] as const)('of %j is %s', (fields, expected) => {
    expect(eligibility({ ...standing, ...fields }, defaultLimits, nowMs)).toBe(expected);
  });
});
