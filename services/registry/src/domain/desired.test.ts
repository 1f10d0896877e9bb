// Merge patches of what is desired, and what a plug can be.
import { describe, expect, it } from 'vitest';
import { checkDesired, mergePatch, parsePatch } from './desired.js';
import type { JsonObject } from './json.js';

describe('a merge patch', () => {
  // RFC 7396, appendix A, those whose patch is an object.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ] as const)('on %j of %j', (target, patch, expected) => {
    expect(mergePatch(target as JsonObject, patch as JsonObject)).toEqual(expected);
  });

  it('is an object of at most 8 KiB', () => {
    expect(parsePatch('{"on":null}')).toEqual({ on: null });
    for (const json of ['', '[]', 'null', JSON.stringify({ a: 'x'.repeat(9_000) })]) {
      expect(() => parsePatch(json)).toThrow(/^desired must be/);
    }
  });
});

describe('what is desired', () => {
  it.each([
    ['kinetid', { on: true, power_on: 'restore', else: 1 }, []],
    ['kinetid', { on: 'yes' }, ['on']],
    ['kinetid', { on: 1, power_on: 'sometimes' }, ['on', 'power_on']],
    ['kinetid', { power_on: 'toString' }, ['power_on']],
    ['camera', { on: 'yes', power_on: 7 }, []],
    ['camera', { a: 'x'.repeat(8_192) }, ['desired']],
  ] as const)('of %s', (dialect, desired, fields) => {
    let found: string[] = [];
    try {
      checkDesired(dialect, desired);
    } catch (error) {
      found = (error as { details: { field: string }[] }).details.map(({ field }) => field);
    }
    expect(found).toEqual(fields);
  });
});
