// Cursors lead on from where they were made and nothing else passes for one.
import { describe, expect, it } from 'vitest';
import { page, paged } from './page.js';

const ids = ['0199aaaa-0000-7000-8000-000000000001', '0199aaaa-0000-7000-8000-000000000002'];

describe('page', () => {
  it('bounds the limit', () => {
    expect([page(0, '').limit, page(7, '').limit, page(10_000, '').limit]).toEqual([50, 7, 500]);
  });
  it('leads on after the last row of a page', () => {
    const first = paged(ids, 1, (id) => id);
    expect(first.items).toEqual([ids[0]]);
    expect(page(1, first.nextCursor)).toEqual({ limit: 1, after: ids[0] });
  });
  it('gives no cursor on the last page', () => {
    expect(paged(ids, 2, (id) => id).nextCursor).toBe('');
    expect(paged([], 2, String).nextCursor).toBe('');
  });
  it.each(['x', 'AAAA', Buffer.from("1' OR 1=1").toString('base64url')])('refuses %j', (cursor) => {
    expect(() => page(1, cursor)).toThrow('cursor');
    expect(() => page(1, cursor, 'number')).toThrow('cursor');
  });
});
