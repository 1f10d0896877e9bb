// Checks what each kind of database error means, in the shapes in which pg and Prisma throw them.
import { describe, expect, test } from 'vitest';
import { Fault } from '../fault.js';
import { postgresFault } from './fault.js';

const withCode = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

describe('postgresFault', () => {
  test.each([
    ['08006', 'unavailable'],
    ['57P01', 'unavailable'],
    ['57P03', 'unavailable'],
    ['53300', 'unavailable'],
    ['ECONNREFUSED', 'unavailable'],
    ['ECONNRESET', 'unavailable'],
    ['40P01', 'unavailable'],
    ['57014', 'deadline'],
    ['23505', 'conflict'],
    ['23503', 'not_found'],
    ['22P02', 'invalid'],
    ['23514', 'invalid'],
    ['42P01', 'internal'],
    ['P2002', 'conflict'],
    ['P2025', 'not_found'],
    ['P1001', 'unavailable'],
  ])('%s is %s', (code, meaning) => {
    const error = withCode(code);
    const fault = postgresFault(error);
    expect(fault.code).toBe(meaning);
    expect(fault.cause).toBe(error);
  });

  test.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'Query read timeout',
  ])('the message %j is unavailable', (message) => {
    expect(postgresFault(new Error(message)).code).toBe('unavailable');
  });

  test('looks into what Prisma wraps', () => {
    const driverAdapterError = { cause: { originalCode: '23505', kind: 'UniqueConstraintViolation' } };
    expect(postgresFault(withCode('P2010', { meta: { driverAdapterError } })).code).toBe('conflict');
    expect(postgresFault(new Error('x', { cause: withCode('ECONNREFUSED') })).code).toBe('unavailable');
  });

  test('leaves a fault alone and takes the rest as internal', () => {
    const fault = new Fault('forbidden', 'no');
    expect(postgresFault(fault)).toBe(fault);
    expect(postgresFault(new TypeError('bug')).code).toBe('internal');
    expect(postgresFault(undefined).code).toBe('internal');
  });
});
