// What other services may have kept in the audit log, and what is wrong with the rest.
import { describe, expect, it } from 'vitest';
import { readDeed } from './audit-record.js';

const organizationId = '01890000-0000-7000-8000-000000000001';
const entry = {
  id: '01890000-0000-7000-8000-000000000002',
  organizationId,
  atMs: 1_700_000_000_000,
  actor: 'deployment_group:01890000-0000-7000-8000-000000000003',
  action: 'deployment_group.paused',
  resource: 'deployment_group:01890000-0000-7000-8000-000000000003',
  detailsJson: '{"reason":"failures"}',
};

describe('an entry told by another service', () => {
  it('is kept as it was told', () => {
    const { atMs, detailsJson, ...plain } = entry;
    expect(readDeed(entry, organizationId)).toEqual({
      ...plain,
      at: new Date(atMs),
      details: JSON.parse(detailsJson),
    });
  });

  it('needs no details', () => {
    expect(readDeed({ ...entry, detailsJson: '' }, organizationId)).toMatchObject({ details: {} });
  });

  it.each([
    ['an id that is none', { id: 'x' }, 'id'],
    ['no organization', { organizationId: '' }, 'organization'],
    ['another organization than its subject', { organizationId: entry.id }, 'another organization'],
    ['no time', { atMs: 0 }, 'time'],
    ['a time beyond all years', { atMs: 1e18 }, 'time'],
    ['no time at all', { atMs: Number.NaN }, 'time'],
    ['a sentence as action', { action: 'Did something' }, 'action'],
    ['nobody', { actor: '' }, 'actor'],
    ['control characters', { resource: 'device:\u0007' }, 'resource'],
    ['a list as details', { detailsJson: '[]' }, 'details'],
    ['cut details', { detailsJson: '{' }, 'details'],
    ['endless details', { detailsJson: JSON.stringify({ text: 'x'.repeat(9_000) }) }, 'details'],
  ])('is refused with %s', (_, fields, why) => {
    expect(readDeed({ ...entry, ...fields }, organizationId)).toContain(why);
  });
});
