// The shape of the registry of telemetry names.

/** A metric in the registry. */
export interface MetricName {
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
  /** Services, `runtime` for what any process may have, `process` for what every process has. */
  readonly from: readonly string[];
}

/** What docs/telemetry-names.json holds. */
export interface Registry {
  readonly metrics: Readonly<Record<string, MetricName>>;
  readonly spans: Readonly<Record<string, readonly string[]>>;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Spans and attributes of libraries, by the name of the instrumentation. */
  readonly libraries: Readonly<Record<string, { spans: readonly string[]; attributes: readonly string[] }>>;
}
