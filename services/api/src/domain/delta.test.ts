// What a device still has to change.
import { describe, expect, it } from 'vitest';
import { deltaOf } from './delta.js';

describe('delta', () => {
  it.each([
    [{}, { a: 1 }, {}],
    [{ a: 1 }, {}, { a: 1 }],
    [{ a: 1, b: 2 }, { a: 1, b: 3 }, { b: 2 }],
    [{ a: { x: 1, y: 2 } }, { a: { x: 1 } }, { a: { y: 2 } }],
    [{ a: { x: 1 } }, { a: { x: 1, z: 0 } }, {}],
    [{ a: { x: 1 } }, { a: 5 }, { a: { x: 1 } }],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, {}],
    [{ a: [1, 2] }, { a: [1] }, { a: [1, 2] }],
    [{ a: null }, {}, { a: null }],
    [{ a: [null] }, { a: [null] }, {}],
  ])('%j against %j is %j', (desired, reported, delta) => expect(deltaOf(desired, reported)).toEqual(delta));

  it('is not fooled by names that every object has', () => {
    const desired = JSON.parse('{"constructor": 1, "__proto__": 2}');
    expect(JSON.stringify(deltaOf(desired, {}))).toBe('{"constructor":1,"__proto__":2}');
  });
});
