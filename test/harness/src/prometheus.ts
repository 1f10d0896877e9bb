// A real Prometheus for tests: its server on loopback, and promtool to check rules with.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Fault } from '@mooring/runtime';
import { freePort, launched } from '@mooring/stack';
import { debianProgram } from './debian.js';
import { eventually } from './eventually.js';

const SERVER = 'usr/bin/prometheus';
const TOOL = 'usr/bin/promtool';
const PACKAGE = { name: 'prometheus', programs: [SERVER, TOOL] };

/** What it scrapes once a second, and the rules that it evaluates as often. */
export interface TestPrometheusOptions {
  /** `host:port` of /metrics by the name of the job; several processes may have one job. */
  readonly targets: readonly (readonly [job: string, target: string])[];
  /** A rules file. */
  readonly rules: string;
}

/** An alert that fires now. */
export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>;
}

export interface TestPrometheus {
  readonly url: string;
  firing(): Promise<readonly FiringAlert[]>;
  /** Labels and value of each sample that a query gives now. */
  query(promql: string): Promise<readonly (readonly [Readonly<Record<string, string>>, number])[]>;
  stop(): Promise<void>;
}

const CALL_LIMIT_MS = 10_000;

/** Path of promtool. Fault `unavailable` where it is neither installed nor to be fetched. */
export function promtool(): string {
  return debianProgram(PACKAGE, ['/usr/bin/promtool'], TOOL);
}

/** Resolves when it is ready. Fault `unavailable` as `promtool`. */
export async function testPrometheus(options: TestPrometheusOptions): Promise<TestPrometheus> {
  const program = debianProgram(PACKAGE, ['/usr/bin/prometheus'], SERVER);
  const directory = mkdtempSync(path.join(tmpdir(), 'mooring-test-prometheus-'));
  const address = `127.0.0.1:${await freePort()}`;
  writeFileSync(path.join(directory, 'rules.yaml'), options.rules);
  const configuration = path.join(directory, 'prometheus.json');
  writeFileSync(configuration, JSON.stringify(configurationOf(options.targets)));
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const server = launched('prometheus', child);
  const url = `http://${address}`;
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  let ended: string | undefined;
  void server.exited.then((why) => {
    ended = why;
  });
  const get = async <T>(where: string): Promise<T> => {
    const response = await fetch(`${url}${where}`, { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Fault('invalid', `prometheus: ${error}`);
    return data;
  };
  const isReady = async (): Promise<boolean> => {
    if (ended !== undefined) throw new Fault('unavailable', `${ended}: ${server.tail().trim()}`);
    return (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(CALL_LIMIT_MS) })).ok;
  };
  try {
    await eventually(isReady, { what: 'a ready Prometheus', withinMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    firing: async () => {
      const { alerts } = await get<{ alerts: (FiringAlert & { state: string })[] }>('/api/v1/alerts');
      return alerts.filter(({ state }) => state === 'firing');
    },
    query: async (promql) => {
      const { result } = await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
        `/api/v1/query?query=${encodeURIComponent(promql)}`,
      );
      return result.map(({ metric, value: [, value] }) => [metric, Number(value)] as const);
    },
    stop,
  };
}

// JSON is YAML.
function configurationOf(targets: TestPrometheusOptions['targets']): object {
  const jobs = [...new Set(targets.map(([job]) => job))];
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: jobs.map((job) => ({
      job_name: job,
      static_configs: [{ targets: targets.filter(([of]) => of === job).map(([, target]) => target) }],
    })),
  };
}
