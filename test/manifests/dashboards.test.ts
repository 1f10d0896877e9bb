// Every query of the dashboards and the rules is PromQL, and names metrics and labels that exist.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectives, windows } from '../../tools/alerts/objectives.js';
import { recorded, rules } from '../../tools/alerts/rules.js';
import { dashboards } from '../../tools/dashboards/index.js';
import type { Registry } from '../../tools/telemetry/shape.js';
import { parsePromql } from './_promql.js';

const file = path.resolve(import.meta.dirname, '../../docs/telemetry-names.json');
const { metrics }: Registry = JSON.parse(readFileSync(file, 'utf8'));
// Prometheus adds these to whatever it scrapes.
const ADDED = ['job', 'instance'];
/** What Prometheus and the rules make themselves. */
const made = new Map<string, readonly string[]>([
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
  ...windows.map((window) => [recorded(window), ['slo']] as const),
]);
const HISTOGRAM = /_(bucket|sum|count)$/;

/** Labels of a metric; undefined when there is none of that name, or a histogram is not used as one. */
function labelsOf(name: string): readonly string[] | undefined {
  const own = made.get(name);
  if (own !== undefined) return own;
  const family = metrics[name.replace(HISTOGRAM, '')];
  if (family?.type === 'histogram' && HISTOGRAM.test(name)) {
    return name.endsWith('_bucket') ? [...family.labels, 'le'] : family.labels;
  }
  const metric = metrics[name];
  return metric?.type === 'histogram' ? undefined : metric?.labels;
}

function problems(query: string): readonly string[] {
  const filled = query.replaceAll('$__rate_interval', '5m').replaceAll('$job', 'edge');
  const parsed = parsePromql(filled);
  const known = parsed.metrics.map(({ name, labels }) => ({ name, labels, has: labelsOf(name) }));
  const all = [...ADDED, ...known.flatMap(({ has }) => has ?? [])];
  return [
    ...parsed.errors,
    ...(known.length === 0 ? ['names no metric'] : []),
    ...known.filter(({ has }) => has === undefined).map(({ name }) => `there is no ${name}`),
    ...known.flatMap(({ name, labels, has = labels }) =>
      labels
        .filter((label) => !has.includes(label) && !ADDED.includes(label))
        .map((label) => `${name} has no ${label}`),
    ),
    ...parsed.grouped.filter((label) => !all.includes(label)).map((label) => `nothing has ${label}`),
  ];
}

describe.each(dashboards)('dashboard $title', ({ rows }) => {
  const panels = rows.flatMap((row) => row.panels);

  it.each(panels)('$title: asks for what there is', ({ queries }) => {
    for (const query of Object.values(queries)) expect(problems(query), query).toEqual([]);
  });

  it.each(panels)('$title: shows labels that its query leaves', ({ queries }) => {
    for (const [legend, query] of Object.entries(queries)) {
      const { grouped, metrics: named } = parsePromql(query.replaceAll('$__rate_interval', '5m'));
      const left =
        grouped.length > 0 ? grouped : [...ADDED, ...named.flatMap(({ name }) => labelsOf(name) ?? [])];
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      expect(
        shown.filter((label) => !left.includes(label)),
        legend,
      ).toEqual([]);
    }
  });
});

describe('dashboards', () => {
  it('are six, each panel with a word of what it says', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual(
      ['edge', 'fleet', 'pipeline', 'rollout', 'service', 'signaling'].sort(),
    );
    const mute = dashboards
      .flatMap(({ rows }) => rows.flatMap(({ panels }) => panels))
      .filter(({ says }) => says === '');
    expect(mute).toEqual([]);
  });
});

describe('rules', () => {
  const queries = rules(1).groups.flatMap((group) =>
    group.rules.map((rule) => ({ name: 'alert' in rule ? rule.alert : rule.record, ...rule })),
  );

  it.each(queries)('$name asks for what there is', ({ expr }) => {
    expect(problems(expr)).toEqual([]);
  });

  it('record every objective over every window', () => {
    expect(rules(1).groups[0].rules).toHaveLength(objectives.length * windows.length);
  });
});

describe('the reader of queries', () => {
  it.each([
    ['rate(mooring_edge_frames_total[5m]', /at \d+/],
    ['sum(mooring_edge_frame_total)', /no mooring_edge_frame_total/],
    ['mooring_edge_sockets{device="x"}', /mooring_edge_sockets has no device/],
    ['sum by (device) (mooring_edge_sockets)', /nothing has device/],
    ['mooring_edge_durable_seconds', /no mooring_edge_durable_seconds/],
    ['1 + 1', /names no metric/],
  ])('finds what is wrong with %s', (query, message) => {
    expect(problems(query).join()).toMatch(message);
  });
});
