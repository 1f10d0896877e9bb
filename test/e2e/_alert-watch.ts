// A real Prometheus beside a stack, with the shipped rules at a faster pace, and a record of every alert that has fired.
import { eventually, type TestPrometheus, testPrometheus } from '@mooring/harness';
import { every } from '@mooring/runtime';
import { rulesFile } from '../../tools/alerts/rules.js';
import { jobs } from '../../tools/alerts/symptoms.js';
import type { TestStack } from './_stack.js';

export interface AlertWatch {
  readonly prometheus: TestPrometheus;
  /** `ApiErrors page`, for every alert that has been seen firing so far. */
  readonly fired: ReadonlySet<string>;
  /** Resolves when all of them have; says which have not, after `withinMs`. */
  seen(alerts: readonly string[], withinMs: number): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_MS = 500;

/** Resolves when every process has been scraped once. Fault `unavailable` where there can be no Prometheus. */
export async function watchAlerts(mooring: TestStack, pace: number): Promise<AlertWatch> {
  const targets = [...mooring.stack.health].map(
    ([process, url]) => [process.replace(/-\d+$/, ''), new URL(url).host] as const,
  );
  const prometheus = await testPrometheus({ targets, rules: rulesFile(pace) });
  const fired = new Set<string>();
  const stopping = new AbortController();
  await eventually(async () => (await prometheus.query('count(up == 1)'))[0]?.[1] === targets.length, {
    what: `${jobs.length} jobs that answer`,
    withinMs: 20_000,
  });
  const watching = every(
    LOOK_MS,
    async () => {
      for (const { labels } of await prometheus.firing())
        fired.add(`${labels['alertname']} ${labels['severity']}`);
    },
    stopping.signal,
  );
  return {
    prometheus,
    fired,
    seen: async (alerts, withinMs) => {
      const missing = (): readonly string[] => alerts.filter((alert) => !fired.has(alert));
      await eventually(() => missing().length === 0, { withinMs }).catch(() => {
        throw new Error(`not seen firing: ${missing().join(', ')}; fired: ${[...fired].sort().join(', ')}`);
      });
    },
    stop: async () => {
      stopping.abort();
      await watching;
      await prometheus.stop();
    },
  };
}
