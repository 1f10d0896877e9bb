// Checks that every code has exactly one meaning everywhere.
import { describe, expect, test } from 'vitest';
import { asFault, Fault, type FaultCode, faultRow, faultTable, isFault } from './fault.js';

// The compiler checks that no code is missing here.
const CODES: Record<FaultCode, true> = {
  invalid: true,
  unauthenticated: true,
  forbidden: true,
  not_found: true,
  conflict: true,
  exhausted: true,
  unavailable: true,
  deadline: true,
  internal: true,
};

describe('faultTable', () => {
  test('has one row per code', () => {
    expect(faultTable.map((row) => row.code).sort()).toEqual(Object.keys(CODES).sort());
  });

  test('gives no two codes the same gRPC status', () => {
    expect(new Set(faultTable.map((row) => row.grpc)).size).toBe(faultTable.length);
  });

  test('tells a peer to come back exactly when the same again may work, or the fault is ours', () => {
    for (const { code, close, retryable } of faultTable) {
      if (close === undefined) continue;
      expect(close < 4500, code).toBe(retryable || code === 'internal');
    }
  });

  test('never settles for good what a retry may mend', () => {
    for (const { code, jetstream, retryable } of faultTable) {
      if (retryable) expect(jetstream, code).toBe('retry');
    }
    expect(faultRow('invalid').jetstream).toBe('term');
  });
});

describe('Fault', () => {
  test('keeps code, cause and details', () => {
    const cause = new Error('why');
    const fault = new Fault('invalid', 'no', { cause, details: [{ field: 'name', message: 'is empty' }] });
    expect(fault).toMatchObject({ name: 'Fault', code: 'invalid', message: 'no', cause });
    expect(fault.details).toEqual([{ field: 'name', message: 'is empty' }]);
    expect('details' in new Fault('invalid', 'no')).toBe(false);
  });

  test('is told from other errors and other codes', () => {
    expect(isFault(new Fault('conflict', ''), 'conflict')).toBe(true);
    expect(isFault(new Fault('conflict', ''), 'invalid')).toBe(false);
    expect(isFault(new Error('conflict'))).toBe(false);
  });

  test('takes anything else as internal and keeps it', () => {
    const fault = new Fault('deadline', 'late');
    expect(asFault(fault)).toBe(fault);
    const bug = new TypeError('bug');
    expect(asFault(bug)).toMatchObject({ code: 'internal', message: 'bug', cause: bug });
    expect(asFault('text')).toMatchObject({ code: 'internal', message: 'text', cause: 'text' });
  });
});
