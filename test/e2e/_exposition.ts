// Reads what processes expose at /metrics, in the format that Prometheus asks for.

/** One metric of one process, with the labels and values that it had. */
export interface Exposed {
  readonly process: string;
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly values: readonly string[];
  /** Whether an observation pointed at a trace. */
  readonly exemplar: boolean;
}

const OPEN_METRICS = { accept: 'application/openmetrics-text; version=1.0.0' };
// Prometheus makes these of histograms and summaries; nobody declares them.
const DERIVED: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Everything that the processes expose. Throws when one does not answer within 10 s. */
export async function exposed(health: ReadonlyMap<string, string>): Promise<readonly Exposed[]> {
  const all = await Promise.all(
    [...health].map(async ([process, url]) => {
      const response = await fetch(`${url}/metrics`, {
        headers: OPEN_METRICS,
        signal: AbortSignal.timeout(10_000),
      });
      return read(process, await response.text());
    }),
  );
  return all.flat();
}

function read(process: string, text: string): readonly Exposed[] {
  const types = new Map<string, string>();
  const samples = new Map<string, { labels: Set<string>; values: Set<string>; exemplar: boolean }>();
  for (const line of text.split('\n')) {
    const [, family, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (family !== undefined && type !== undefined) types.set(family, type);
    if (line === '' || line.startsWith('#')) continue;
    const [sample = '', exemplar] = line.split(' # ');
    const [, name = '', inner = ''] = /^([a-z_A-Z0-9]+)(?:\{(.*)\})? /.exec(`${sample} `) ?? [];
    const owner = ownerOf(name, types);
    const seen = samples.get(owner) ?? { labels: new Set(), values: new Set(), exemplar: false };
    samples.set(owner, seen);
    seen.exemplar ||= exemplar !== undefined;
    for (const [, label = '', value = ''] of inner.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      if (DERIVED.has(label)) continue;
      seen.labels.add(label);
      seen.values.add(value);
    }
  }
  return [...types].map(([family, type]) => {
    const name = type === 'counter' ? `${family}_total` : family;
    const { labels = [], values = [], exemplar = false } = samples.get(family) ?? {};
    return { process, name, type, labels: [...labels].sort(), values: [...values].sort(), exemplar };
  });
}

/** The family that a sample belongs to: its name, or that without what its type adds. */
function ownerOf(name: string, types: ReadonlyMap<string, string>): string {
  if (types.has(name)) return name;
  return name.replace(/_(total|bucket|sum|count)$/, '');
}
