// The servers of the observability component are configured so that they find one another, and what they show.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promtool } from '@mooring/harness';
import { Fault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jobs } from '../../tools/alerts/symptoms.js';
import { dashboards } from '../../tools/dashboards/index.js';
import { workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at, isObject, type Resource } from './_tree.js';

const resources = render(overlays.get('local') ?? '');

/** Files of the ConfigMap that was generated under that name. */
function files(name: string): Readonly<Record<string, string>> {
  const isNamed = ({ kind, metadata }: Resource): boolean =>
    kind === 'ConfigMap' && metadata.name.replace(/-[a-z0-9]{10}$/, '') === name;
  return (resources.find(isNamed)?.['data'] ?? {}) as Record<string, string>;
}

const config = (name: string): unknown => parse(files(name)['config.yaml'] ?? '');

describe.each(['otel-collector', 'jaeger'])('%s', (name) => {
  it('has what its pipelines and its service name, and nothing that they do not', () => {
    const whole = config(name);
    const pipelines = Object.values(at(whole, 'service.pipelines') ?? {});
    for (const kind of ['receivers', 'processors', 'exporters']) {
      const used = pipelines.flatMap((pipeline: unknown) => at(pipeline, kind) as string[]);
      expect(new Set(used), kind).toEqual(new Set(Object.keys((at(whole, kind) ?? {}) as object)));
    }
    const extensions = Object.keys((at(whole, 'extensions') ?? {}) as object);
    expect(new Set(at(whole, 'service.extensions') as string[])).toEqual(new Set(extensions));
  });

  it('listens on the ports that its container opens', () => {
    const text = files(name)['config.yaml'] ?? '';
    const listened = [...text.matchAll(/endpoint: 0\.0\.0\.0:(\d+)|\bport: (\d+)/g)];
    const ports = listened.map(([, one, other]) => Number(one ?? other)).sort();
    const pod = workloads(resources).find(({ resource }) => resource.metadata.name === name);
    const open = (pod?.containers[0]?.ports ?? []).map(({ containerPort }) => containerPort).sort();
    expect(ports).toEqual(open);
  });
});

describe('tail sampling', () => {
  it('looks at attributes that spans have', async () => {
    const { registry } = await import('../e2e/_names.js');
    const policies = at(config('otel-collector'), 'processors.tail_sampling.policies') as unknown[];
    const keys = policies.flatMap((policy) => at(policy, 'string_attribute.key') ?? []);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => registry.attributes[String(key)] === undefined)).toEqual([]);
  });
});

describe('prometheus', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mooring-prometheus-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is configured as promtool likes it', () => {
    for (const [name, text] of Object.entries(files('prometheus')))
      writeFileSync(path.join(folder, name), text.replaceAll('/etc/prometheus/', `${folder}/`));
    let program: string;
    try {
      program = promtool();
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
      process.stderr.write(`not checked with promtool: ${error.message}\n`);
      return;
    }
    const { status, stdout, stderr } = spawnSync(
      program,
      ['check', 'config', path.join(folder, 'prometheus.yaml')],
      { encoding: 'utf8' },
    );
    expect(status, stdout + stderr).toBe(0);
  }, 120_000);

  it('scrapes the jobs that the rules are about, at Services with that port', () => {
    const scrapes = at(parse(files('prometheus')['prometheus.yaml'] ?? ''), 'scrape_configs') as unknown[];
    const found = scrapes.filter((one) => isObject(one) && one['dns_sd_configs'] !== undefined);
    expect(found.map((one) => at(one, 'job_name')).sort()).toEqual([...jobs].sort());
    for (const one of found) {
      const name = at(one, 'dns_sd_configs.0.names.0');
      const service = resources.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
      expect(at(service, 'spec.ports.0.port'), String(name)).toBe(at(one, 'dns_sd_configs.0.port'));
      expect(at(service, 'spec.clusterIP')).toBe('None');
      expect(at(service, 'spec.publishNotReadyAddresses')).toBe(true);
    }
  });
});

describe('grafana', () => {
  const pod = workloads(resources).find(({ resource }) => resource.metadata.name === 'grafana');

  it('has every dashboard, where its provider looks for them', () => {
    expect(Object.keys(files('grafana-dashboards')).sort()).toEqual(
      dashboards.map(({ uid }) => `${uid}.json`).sort(),
    );
    const place = at(parse(files('grafana-providers')['providers.yaml'] ?? ''), 'providers.0.options.path');
    const mount = pod?.containers[0]?.volumeMounts?.find(({ name }) => name === 'dashboards');
    expect(mount?.mountPath).toBe(place);
  });

  it('has the source that the dashboards ask', () => {
    const sources = at(parse(files('grafana-sources')['sources.yaml'] ?? ''), 'datasources') as unknown[];
    expect(sources.map((source) => at(source, 'uid'))).toEqual(['prometheus', 'jaeger']);
    const asked = Object.values(files('grafana-dashboards')).flatMap((text) =>
      [...text.matchAll(/"datasource": \{\s+"type": "(\w+)",\s+"uid": "(\w+)"/g)].map(([, , uid]) => uid),
    );
    expect(new Set(asked)).toEqual(new Set(['prometheus']));
  });
});
