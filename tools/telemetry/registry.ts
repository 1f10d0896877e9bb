// The registry of telemetry names: what the source makes, what libraries make, and what each name means.
import { attributes, labels, spans } from './declared.js';
import { libraries, processMetrics } from './libraries.js';
import { type FoundMetric, type Scan, scan } from './scan.js';
import type { MetricName, Registry } from './shape.js';
import type { Found } from './source.js';

export interface Names {
  readonly registry: Registry;
  /** Sentences about what is declared and not made, or made and not declared; empty when all is well. */
  readonly problems: readonly string[];
  /** docs/telemetry.md. */
  readonly page: string;
}

/** Reads the whole source: some 600 files. */
export function telemetryNames(): Names {
  const found = scan();
  return { registry: registryOf(found), problems: problems(found), page: page(found) };
}

function registryOf(found: Scan): Registry {
  const metrics: Record<string, MetricName> = { ...processMetrics };
  for (const { name, type, labels, from } of found.metrics) {
    const known = metrics[name];
    metrics[name] = { type, labels: [...labels].sort(), from: [...(known?.from ?? []), from] };
  }
  return {
    metrics: sorted(metrics),
    spans: grouped(found.spans),
    attributes: grouped(found.attributes),
    libraries,
  };
}

function problems({ metrics, spans: named, attributes: set }: Scan): readonly string[] {
  const made = metrics.flatMap((metric) => metric.labels);
  const shapes = new Map<string, FoundMetric>();
  const unlike = metrics.filter((metric) => {
    const first = shapes.get(metric.name) ?? metric;
    shapes.set(metric.name, first);
    return first.type !== metric.type || first.labels.join() !== metric.labels.join();
  });
  return [
    ...difference('span', named.map(nameOf), spans),
    ...difference('attribute', set.map(nameOf), attributes),
    ...difference('label', made, labels),
    ...unlike.map(({ name, from }) => `metric ${name} of ${from} is unlike that of another service`),
    ...metrics.filter(isMisnamed).map(({ name, type }) => `metric ${name}: not how a ${type} is named`),
  ];
}

function difference(what: string, made: readonly string[], declared: object): readonly string[] {
  const names = new Set(made);
  return [
    ...[...names].filter((name) => !(name in declared)).map((name) => `${what} ${name} is not declared`),
    ...Object.keys(declared)
      .filter((name) => !names.has(name))
      .map((name) => `${what} ${name} is declared, and nothing makes it`),
  ];
}

// Prometheus' own conventions: only counters end in _total; what a histogram measures ends in its unit.
function isMisnamed({ name, type }: FoundMetric): boolean {
  if (!/^mooring_[a-z]+(_[a-z]+)+$/.test(name)) return true;
  if (name.endsWith('_total') !== (type === 'counter')) return true;
  return type === 'histogram' && !/_(seconds|bytes|messages|devices)$/.test(name);
}

const nameOf = ({ name }: Found): string => name;

function grouped(found: readonly Found[]): Record<string, readonly string[]> {
  const groups: Record<string, string[]> = {};
  for (const { name, from } of found) {
    groups[name] ??= [];
    groups[name].push(from);
  }
  return sorted(groups);
}

function sorted<T>(of: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function page(found: Scan): string {
  const { spans: spansMade, attributes: attributesSet } = registryOf(found);
  const helps = new Map(found.metrics.map(({ name, help }) => [name, help]));
  const metrics = Object.entries(registryOf(found).metrics)
    .filter(([name]) => helps.has(name))
    .map(([name, metric]) => {
      const told = metric.labels.map((label) => `\`${label}\``).join(', ');
      return [`\`${name}\``, metric.type, told, metric.from.join(', '), helps.get(name) ?? ''];
    });
  const users = (
    of: Readonly<Record<string, readonly string[]>>,
    declared: Readonly<Record<string, string>>,
  ) => Object.entries(of).map(([name, from]) => [`\`${name}\``, from.join(', '), declared[name] ?? '']);
  return [
    '# Telemetry names',
    '',
    'Every name that dashboards, alerts and searches may rely on. Written by `npm run docs` from the source and from',
    '`tools/telemetry/declared.ts`; the same for programs is in `telemetry-names.json`. `runtime` means every process that',
    'uses that part of it. Ids of devices, people and sessions are in spans and logs, never in labels.',
    '',
    '## Metrics',
    '',
    table(['metric', 'type', 'labels', 'from', 'says'], metrics),
    '## Labels',
    '',
    table(
      ['label', 'bounded by'],
      Object.entries(labels).map(([name, says]) => [`\`${name}\``, says]),
    ),
    '## Spans',
    '',
    table(['span', 'from', 'covers'], users(spansMade, spans)),
    '## Attributes',
    '',
    table(['attribute', 'from', 'holds'], users(attributesSet, attributes)),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
