// A backlog is not silence: time counts as heard once the stream is handled up to it.
import { describe, expect, it } from 'vitest';
import { Heard } from './heard.js';

describe('Heard', () => {
  it('is up to now when nothing is left', () => {
    expect(new Heard().until({ last: 9, settled: 3, idle: true }, 1_000)).toBe(1_000);
  });

  it('is up to when the stream ended where everything is stored now', () => {
    const heard = new Heard();
    expect(heard.until({ last: 100, settled: 20, idle: false }, 1_000)).toBeUndefined();
    expect(heard.until({ last: 120, settled: 99, idle: false }, 2_000)).toBeUndefined();
    expect(heard.until({ last: 150, settled: 100, idle: false }, 3_000)).toBe(1_000);
    expect(heard.until({ last: 170, settled: 151, idle: false }, 4_000)).toBe(3_000);
  });
});
