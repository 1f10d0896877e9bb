// Checks that metrics are made once and render in both formats, in any order.
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';
import { counter, exposition, gauge, histogram } from './metrics.js';

test('a name is one metric', () => {
  const options = { name: 'mooring_test_once_total', help: 'once', labels: ['outcome'] } as const;
  expect(counter(options)).toBe(counter(options));
  expect(() => gauge({ ...options, name: 'mooring_test_once_total' })).toThrow(/mooring_test_once_total/);
});

test('both formats keep the names of counters, also after each other', async () => {
  counter({ name: 'mooring_test_frames_total', help: 'frames' }).inc(3);
  for (const openMetrics of [true, false, true, false]) {
    const { body, contentType } = await exposition(openMetrics);
    expect(body).toContain('\nmooring_test_frames_total 3\n');
    expect(body).toContain('\nprocess_cpu_user_seconds_total ');
    expect(body.endsWith('# EOF\n')).toBe(openMetrics);
    expect(contentType.startsWith('application/openmetrics-text')).toBe(openMetrics);
  }
});

test('overlapping scrapes do not mix', async () => {
  const both = await Promise.all([exposition(true), exposition(false), exposition(true)]);
  expect(both.map(({ body }) => body.includes('# TYPE process_cpu_user_seconds_total counter'))).toEqual([
    false,
    true,
    false,
  ]);
});

test('a gauge is asked at each scrape', async () => {
  let depth = 4;
  gauge({ name: 'mooring_test_depth', help: 'depth', collect: (metric) => metric.set(depth) });
  expect((await exposition(false)).body).toContain('\nmooring_test_depth 4\n');
  depth = 5;
  expect((await exposition(false)).body).toContain('\nmooring_test_depth 5\n');
});

test('a histogram points at the active trace, if that is sampled', async () => {
  const seconds = histogram({ name: 'mooring_test_seconds', help: 's', labels: ['rpc'], buckets: [1, 10] });
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
  for (const [traceFlags, value] of [
    [1, 0.5],
    [0, 5],
  ] as const) {
    const span = trace.getSpan(trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags }));
    const active = vi.spyOn(trace, 'getActiveSpan').mockReturnValue(span);
    seconds.observe({ rpc: 'a' }, value);
    active.mockRestore();
  }
  seconds.startTimer({ rpc: 'b' })();
  const { body } = await exposition(true);
  expect(body).toMatch(
    /mooring_test_seconds_bucket\{le="1",rpc="a"\} 1 # \{trace_id="0af7.*",span_id="b7ad.*"\} 0\.5 /,
  );
  expect(body).toContain('mooring_test_seconds_bucket{le="10",rpc="a"} 2\n');
  expect(body).toContain('mooring_test_seconds_count{rpc="b"} 1\n');
});

test('a scrape does not wait for a gauge that is not told its value, and asks it once', async () => {
  let asked = 0;
  let answer: () => void = () => undefined;
  gauge({
    name: 'mooring_test_stuck_seconds',
    help: 'stuck',
    collect: (metric) => {
      asked += 1;
      return new Promise((resolve) => {
        answer = () => {
          metric.set(7);
          resolve();
        };
      });
    },
  });
  expect((await exposition(false)).body).toContain('\nmooring_test_stuck_seconds 0\n');
  await exposition(false);
  expect(asked).toBe(1);
  answer();
  expect((await exposition(false)).body).toContain('\nmooring_test_stuck_seconds 7\n');
});
