// Owns the one metric registry: makes each metric once, adds the active trace as exemplar, renders both text formats.
import { trace } from '@opentelemetry/api';
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type HistogramConfiguration,
  type Metric,
  type OpenMetricsContentType,
  Registry,
} from 'prom-client';
import { deadline, sleep } from './clock.js';

/** Names start with `mooring_` and end in their unit; labels never hold the id of a device, person or session. */
export interface MetricOptions<L extends string> {
  readonly name: `mooring_${string}`;
  readonly help: string;
  readonly labels?: readonly L[];
}

// Only a registry of this format takes metrics with exemplars; the plain text is rendered through another one.
const registry = new Registry<OpenMetricsContentType>();
registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
collectDefaultMetrics({ register: registry });

/** The counter of that name, made at the first call; `collect` may add what was counted elsewhere since the last scrape. */
export function counter<L extends string = never>(
  options: MetricOptions<L> & { readonly collect?: (counter: Counter<L>) => void },
): Counter<L> {
  const { collect } = options;
  const found = existing(options.name, Counter<L>);
  if (found !== undefined) return found;
  if (collect === undefined) return new Counter<L>(settings(options));
  return new Counter<L>({
    ...settings(options),
    collect() {
      collect(this);
    },
  });
}

/** What takes longer keeps its last value: a scrape tells most when a database does not answer, and must not wait for it. */
const COLLECT_LIMIT_MS = 300;

/** The gauge of that name, made at the first call; `collect` is asked for its value at every scrape, and given 0.3 s. */
export function gauge<L extends string = never>(
  options: MetricOptions<L> & { readonly collect?: (gauge: Gauge<L>) => void | Promise<void> },
): Gauge<L> {
  const { collect } = options;
  const found = existing(options.name, Gauge<L>);
  if (found !== undefined) return found;
  if (collect === undefined) return new Gauge<L>(settings(options));
  let asked: Promise<void> | undefined;
  return new Gauge<L>({
    ...settings(options),
    collect() {
      // What was asked at an earlier scrape and has not been answered is not asked again.
      if (asked === undefined) {
        const told = collect(this);
        if (told === undefined) return undefined;
        asked = told.finally(() => {
          asked = undefined;
        });
      }
      return Promise.race([asked, sleep(COLLECT_LIMIT_MS)]);
    },
  });
}

/** The histogram of that name, made at the first call; buckets in the unit of the name. */
export function histogram<L extends string = never>(
  options: MetricOptions<L> & { readonly buckets?: readonly number[] },
): Histogram<L> {
  const found = existing(options.name, TracedHistogram<L>);
  const buckets = options.buckets === undefined ? {} : { buckets: [...options.buckets] };
  return found ?? new TracedHistogram<L>({ ...settings(options), ...buckets });
}

function settings<L extends string>(options: MetricOptions<L>) {
  return {
    name: options.name,
    help: options.help,
    labelNames: [...(options.labels ?? [])],
    registers: [registry],
  };
}

function existing<M>(name: string, kind: new (configuration: never) => M): M | undefined {
  const found: unknown = registry.getSingleMetric(name);
  if (found === undefined) return undefined;
  if (found instanceof kind) return found;
  throw new TypeError(`metric ${name} exists and is not a ${kind.name}`);
}

// prom-client gives `observe` another shape when exemplars are on; this keeps the plain one and adds them itself.
class TracedHistogram<L extends string> extends Histogram<L> {
  constructor(configuration: HistogramConfiguration<L>) {
    super({ ...configuration, enableExemplars: true });
    const observe = this.observe.bind(this) as (data: object) => void;
    Object.assign(this, {
      enableExemplars: false,
      observe: (labels: object | number, value?: number) => {
        const observed = typeof labels === 'number' ? { value: labels } : { labels, value };
        observe({ ...observed, exemplarLabels: exemplar() });
      },
    });
  }
}

function exemplar(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  // An unsampled trace is stored nowhere, so pointing at it would mislead.
  if (span === undefined || (span.traceFlags & 1) === 0) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}

/** What a scrape answers. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

let last: Promise<unknown> = Promise.resolve();

/** All metrics as text: Prometheus 0.0.4, or OpenMetrics 1.0, the only one with exemplars. Fault `deadline` after 5 s. */
export function exposition(openMetrics: boolean): Promise<Exposition> {
  const next = last.then(() =>
    deadline(openMetrics ? renderOpenMetrics() : renderPlain(), 5_000, 'a scrape'),
  );
  last = next.catch(() => undefined);
  return next;
}

// Rendering OpenMetrics cuts `_total` off the names of counters and leaves them so: they are put back, and no other
// rendering may see them in between.
async function renderOpenMetrics(): Promise<Exposition> {
  const metrics = allMetrics();
  const names = metrics.map((metric) => metric.name);
  try {
    return { contentType: registry.contentType, body: await registry.metrics() };
  } finally {
    metrics.forEach((metric, index) => {
      metric.name = names[index] ?? metric.name;
    });
  }
}

async function renderPlain(): Promise<Exposition> {
  const plain = new Registry();
  for (const metric of allMetrics()) plain.registerMetric(metric);
  return { contentType: plain.contentType, body: await plain.metrics() };
}

// The declared type of the array leaves out what every element is.
function allMetrics(): (Metric & { name: string })[] {
  return registry.getMetricsAsArray() as unknown as (Metric & { name: string })[];
}
