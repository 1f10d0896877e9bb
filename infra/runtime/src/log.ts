// What a log line looks like: JSON on stdout, the service's name, the active trace, and no secrets.
import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';

const SECRET_NAMES = ['token', 'secret', 'password', 'authorization', 'key'];
const SECRET_FIELD = new RegExp(`(?:${SECRET_NAMES.join('|')})s?$`, 'i');
const MAX_DEPTH = 6;

/** A copy in which every field whose name ends in token, secret, password, authorization or key is replaced. */
function redact(value: unknown, depth = 0): unknown {
  if (Array.isArray(value))
    return depth < MAX_DEPTH ? value.map((item) => redact(item, depth + 1)) : '[deep]';
  if (!isPlain(value)) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  return redactFields(value, depth);
}

function redactFields(fields: object, depth = 0): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    copy[name] = SECRET_FIELD.test(name) && field != null ? '[redacted]' : redact(field, depth + 1);
  }
  return copy;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

let service: string | undefined;

function surroundings(): Record<string, unknown> {
  const span = trace.getActiveSpan()?.spanContext();
  return {
    ...(service === undefined ? {} : { service }),
    ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
  };
}

/** A root logger that writes to `destination`; the platform's own one writes to stdout. */
export function rootLogger(destination: DestinationStream): Logger {
  const options = {
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redactFields(fields),
    },
    // The fields that a child is made with do not pass the formatter above.
    redact: { paths: SECRET_NAMES, censor: '[redacted]' },
    mixin: surroundings,
    serializers: {
      err: (error: Error) => {
        // What is wrong with a field is for whoever sent it: it may quote, or correct, a secret.
        const { details: _, ...fields } = stdSerializers.err(error);
        return redactFields(fields);
      },
    },
  };
  return pino(options, destination);
}

const root = rootLogger(pino.destination({ dest: 1, sync: true }));
const components = new Map<string, Logger>();

/**
 * The logger of a component. Made once per component, at module level; a logger with fields takes the level that is in
 * force when it is made.
 */
export function logger(component: string, fields?: Record<string, unknown>): Logger {
  let found = components.get(component);
  if (found === undefined) {
    found = root.child({ component });
    components.set(component, found);
  }
  return fields === undefined ? found : found.child(redactFields(fields));
}

/** Names the process in every line from now on. Called by main. */
export function setLogService(name: string): void {
  service = name;
}

/** Sets the level (pino's names) of every component, made or to be made. Called by main. */
export function setLogLevel(level: string): void {
  root.level = level;
  for (const component of components.values()) component.level = level;
}
