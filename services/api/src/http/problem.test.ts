// What each failure means to HTTP, and what it does not give away.
import { Fault, faultTable } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { problemOf, problems } from './problem.js';

const statuses = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  exhausted: 429,
  unavailable: 503,
  deadline: 504,
  internal: 500,
};

describe('problems', () => {
  it.each(faultTable)('has a row for $code', ({ code }) => {
    expect(problems[code].status).toBe(statuses[code]);
    const body = problemOf(new Fault(code, 'the words'), 'trace');
    expect(body).toMatchObject({
      status: statuses[code],
      code,
      trace_id: 'trace',
      title: problems[code].title,
    });
    expect(body.type).toMatch(/^urn:mooring:problem:[a-z-]+$/);
    const told = body.status < 500;
    expect(body.detail.includes('The words')).toBe(told);
  });

  it('lists the fields of a fault', () => {
    const details = [{ field: 'email', message: 'must be an e-mail address' }];
    expect(problemOf(new Fault('invalid', 'no', { details }), 't').errors).toEqual(details);
    expect(problemOf(new Fault('invalid', 'no'), 't')).not.toHaveProperty('errors');
  });

  it('names what a schema found', () => {
    const validation = [
      {
        instancePath: '',
        keyword: 'required',
        params: { requiredProperties: ['email'] },
        message: 'is missing',
      },
      { instancePath: '/tags/0', keyword: 'minLength', params: { limit: 1 }, message: 'is too short' },
      { instancePath: '/tags/0', keyword: 'pattern', params: {}, message: 'second thoughts' },
    ];
    const body = problemOf(Object.assign(new Error('x'), { validation, validationContext: 'body' }), 't');
    expect(body.status).toBe(400);
    expect(body.errors).toEqual([
      { field: 'email', message: 'is missing' },
      { field: 'tags.0', message: 'is too short' },
    ]);
  });

  it('takes an impossible id for one that is not there', () => {
    const error = Object.assign(new Error('x'), { validation: [], validationContext: 'params' });
    expect(problemOf(error, 't').status).toBe(404);
  });

  it.each([
    [413, 'too_large', 413],
    [415, 'unsupported_media_type', 415],
    [400, 'invalid', 400],
    [500, 'internal', 500],
  ])('reads the framework status %d', (statusCode, code, status) => {
    expect(problemOf(Object.assign(new Error('x'), { statusCode }), 't')).toMatchObject({ code, status });
  });

  it.each([new Error('secret path /etc'), 'a string', undefined, null])(
    'tells nothing of a bug: %s',
    (bug) => {
      const body = problemOf(bug, 't');
      expect(body.code).toBe('internal');
      expect(JSON.stringify(body)).not.toContain('secret');
    },
  );
});
