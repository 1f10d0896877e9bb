// Checks what reaches stdout, above all what must not.
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, test, vi } from 'vitest';
import { Fault } from './fault.js';
import { logger, rootLogger, setLogLevel } from './log.js';

function written(write: (log: ReturnType<typeof rootLogger>) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(rootLogger({ write: (line) => lines.push(line) }));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('redaction', () => {
  test.each([
    'token',
    'accessToken',
    'secret',
    'sharedSecret',
    'password',
    'authorization',
    'Authorization',
    'key',
    'apiKey',
    'private_key',
    'tokens',
  ])('hides %s at any depth', (name) => {
    const fields = { [name]: 'hunter2', in: { [name]: 'hunter2', list: [{ [name]: { deep: 'hunter2' } }] } };
    const line = written((log) => log.info(fields, 'message'));
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line[name]).toBe('[redacted]');
  });

  test('covers errors and bound fields', () => {
    const error = Object.assign(new Error('refused'), { request: { headers: { authorization: 'hunter2' } } });
    const line = written((log) => log.child({ token: 'hunter2' }).error({ err: error }, 'failed'));
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line['err']).toMatchObject({ type: 'Error', message: 'refused' });
  });

  test('keeps to the caller what is wrong with each field', () => {
    const details = [{ field: 'code', message: 'did you mean hunter2?' }];
    const line = written((log) => log.info({ err: new Fault('invalid', 'mistyped', { details }) }, 'failed'));
    expect(JSON.stringify(line)).not.toContain('hunter2');
    expect(line['err']).toMatchObject({ code: 'invalid', message: 'mistyped' });
  });

  test('leaves the rest as it is', () => {
    const line = written((log) => log.info({ device: 'd1', bytes: 12n, at: new Date(0), none: null }, 'm'));
    expect(line).toMatchObject({
      device: 'd1',
      bytes: 12,
      at: '1970-01-01T00:00:00.000Z',
      none: null,
      msg: 'm',
    });
  });

  test('survives a cycle', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(JSON.stringify(written((log) => log.info({ cycle }, 'm')))).toContain('[deep]');
  });
});

test('a fault is logged with its code and its cause', () => {
  const fault = new Fault('unavailable', 'no bus', { cause: new Error('refused') });
  const { err } = written((log) => log.error({ err: fault }, 'failed'));
  expect(err).toMatchObject({ type: 'Fault', code: 'unavailable', message: 'no bus: refused' });
});

test('a line names its level, its time and the active trace', () => {
  const span = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const active = vi
    .spyOn(trace, 'getActiveSpan')
    .mockReturnValue(trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, span)));
  const line = written((log) => log.warn('message'));
  active.mockRestore();
  expect(line).toMatchObject({ level: 'warn', trace_id: span.traceId, span_id: span.spanId });
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(trace.getSpan(context.active())).toBeUndefined();
});

test('the level reaches components that exist already', () => {
  const component = logger('log-test');
  expect(logger('log-test')).toBe(component);
  setLogLevel('error');
  expect(component.isLevelEnabled('warn')).toBe(false);
  expect(logger('log-test-later').isLevelEnabled('warn')).toBe(false);
  setLogLevel('info');
  expect(component.isLevelEnabled('info')).toBe(true);
});
