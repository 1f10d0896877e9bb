// The one table from failures to HTTP: status, title and what the caller is told (RFC 9457).
import { Fault, type FaultCode, type FaultDetail, isFault } from '@mooring/runtime';

/** Why a request failed: a fault's code, or what only HTTP knows. */
export type ProblemCode = FaultCode | 'precondition_failed' | 'too_large' | 'unsupported_media_type';

interface Row {
  readonly status: number;
  readonly title: string;
  /** Told instead of the fault's own message, which may name what is inside. */
  readonly detail?: string;
}

const again = 'A part of the platform does not answer. Try again.';

export const problems: Readonly<Record<ProblemCode, Row>> = {
  invalid: { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'Not authenticated' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'Conflict' },
  precondition_failed: { status: 412, title: 'Changed meanwhile' },
  too_large: { status: 413, title: 'Body too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  exhausted: { status: 429, title: 'Too many requests' },
  internal: {
    status: 500,
    title: 'Internal error',
    detail: 'Something went wrong here. It has been recorded.',
  },
  unavailable: { status: 503, title: 'Unavailable', detail: again },
  deadline: { status: 504, title: 'Timed out', detail: again },
};

/** The body of a failed request, as `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly trace_id: string;
  readonly errors?: readonly FaultDetail[];
}

/** The problem document of a code. */
export function problem(
  code: ProblemCode,
  detail: string,
  traceId: string,
  errors: readonly FaultDetail[] = [],
): Problem {
  const row = problems[code];
  return {
    type: `urn:mooring:problem:${code.replaceAll('_', '-')}`,
    title: row.title,
    status: row.status,
    detail: row.detail ?? detail,
    code,
    trace_id: traceId,
    ...(errors.length > 0 ? { errors } : {}),
  };
}

/** One thing that a validator found wrong. */
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params?: unknown;
}

interface HttpError {
  readonly statusCode?: number;
  readonly message?: string;
  readonly validation?: readonly ValidationError[];
  readonly validationContext?: string;
}

/** What any error of a request means to its caller. */
export function problemOf(error: unknown, traceId: string): Problem {
  if (error instanceof PreconditionFailed) {
    return problem('precondition_failed', sentence(error.message), traceId);
  }
  if (error instanceof TooLarge) return problem('too_large', sentence(error.message), traceId);
  if (isFault(error)) return problem(error.code, sentence(error.message), traceId, error.details ?? []);
  const { statusCode = 500, message = '', validation, validationContext } = (error ?? {}) as HttpError;
  // An id that cannot be is one that is not there.
  if (validation !== undefined && validationContext === 'params') {
    return problem('not_found', 'There is nothing here under that id.', traceId);
  }
  if (validation !== undefined) {
    const where = validationContext === 'querystring' ? 'query' : (validationContext ?? 'request');
    return problem('invalid', `The ${where} is not as it should be.`, traceId, fieldsOf(validation));
  }
  if (statusCode === 413) return problem('too_large', 'The body is longer than allowed.', traceId);
  if (statusCode === 415) return problem('unsupported_media_type', sentence(message), traceId);
  if (statusCode >= 400 && statusCode < 500) return problem('invalid', sentence(message), traceId);
  return problem('internal', '', traceId);
}

function fieldsOf(errors: readonly ValidationError[]): FaultDetail[] {
  const details = new Map<string, FaultDetail>();
  for (const { instancePath, params, message = 'is wrong' } of errors) {
    const path = instancePath.split('/').slice(1);
    const named = namesIn(params);
    for (const name of named.length > 0 ? named : [undefined]) {
      const field = [...path, ...(name === undefined ? [] : [name])].join('.');
      if (!details.has(field)) details.set(field, { field, message });
    }
  }
  return [...details.values()];
}

// The names of members that are missing, or that should not be there.
function namesIn(params: unknown): readonly string[] {
  const { requiredProperties, additionalProperties } = (params ?? {}) as Record<string, unknown>;
  for (const names of [requiredProperties, additionalProperties]) {
    if (Array.isArray(names)) return names.filter((name): name is string => typeof name === 'string');
  }
  return [];
}

function sentence(text: string): string {
  if (text === '') return 'The request cannot be answered.';
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** A fault that says how long to wait. */
export class TooMany extends Fault {
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('exhausted', 'too many requests');
    this.retryAfterMs = retryAfterMs;
  }
}

/** Thrown when what a request was made for (If-Match) is another version by now. */
export class PreconditionFailed extends Error {}

/** Thrown when a file that is uploaded is longer than whoever takes it allows; says how long it may be. */
export class TooLarge extends Error {}
