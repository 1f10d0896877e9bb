import { describe, expect, it } from 'vitest';
import { entityTag, namesTag, versionOf } from './entity-tag.js';

describe('entity tags', () => {
  it('name both versions', () => {
    expect(entityTag({ desired: 3, reported: 14 })).toBe('"3.14"');
  });

  it('are found in a list, weak or strong', () => {
    expect(namesTag('"1.1", W/"3.14"', '"3.14"')).toBe(true);
    expect(namesTag('*', '"3.14"')).toBe(true);
    expect(namesTag('"3.15"', '"3.14"')).toBe(false);
    expect(namesTag(undefined, '"3.14"')).toBe(false);
  });

  it.each([
    ['"3.14"', 3],
    ['"3"', 3],
    ['3', 3],
    ['W/"3.14"', 3],
    ['*', undefined],
    [undefined, undefined],
    ['"abc"', 'malformed'],
    ['"-1"', 'malformed'],
    ['"1", "2"', 'malformed'],
  ])('If-Match %s is about %s', (header, version) => {
    expect(versionOf(header)).toBe(version);
  });
});
