// How much of a list is asked for, and how its answer goes on.

import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { PlainPage, pageFrom, pageOf } from './page.js';

describe('pages', () => {
  it.each([
    [{}, true],
    [{ limit: 1 }, true],
    [{ limit: 500, cursor: 'abc' }, true],
    [{ limit: 0 }, false],
    [{ limit: 501 }, false],
    [{ limit: 1.5 }, false],
    [{ offset: 3 }, false],
  ])('%j is allowed: %s', (query, allowed) => expect(Value.Check(PlainPage, query)).toBe(allowed));

  it('have 50 items when nothing is said', () => {
    expect(pageOf({})).toEqual({ limit: 50, cursor: '' });
    expect(pageOf({ limit: 7, cursor: 'x' })).toEqual({ limit: 7, cursor: 'x' });
  });

  it('end with null', () => {
    expect(pageFrom({ items: [1, 2], nextCursor: '' }, String)).toEqual({
      items: ['1', '2'],
      next_cursor: null,
    });
    expect(pageFrom({ items: [], nextCursor: 'x' }, String).next_cursor).toBe('x');
  });
});
