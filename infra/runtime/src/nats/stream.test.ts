// A stream that contradicts itself is found when it is declared.
import { describe, expect, it } from 'vitest';
import { deadLetterStream } from './dead-letter-stream.js';
import { stream } from './stream.js';

describe('stream', () => {
  it('refuses bad names, no subjects and a duplicate window longer than its age', () => {
    expect(() => stream({ ...deadLetterStream, name: 'dead-letter' })).toThrow(/UPPER_SNAKE/);
    expect(() => stream({ ...deadLetterStream, subjects: [] })).toThrow(/no subject/);
    expect(() => stream({ ...deadLetterStream, maxAgeMs: 1 })).toThrow(/longer than messages/);
  });
});
