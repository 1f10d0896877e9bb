// What a running stack reports is what the registry of telemetry names says: nothing else, and nothing less.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Collector, type SpanView, startCollector } from './_collector.js';
import { type DrivenStack, drive } from './_everything.js';
import { type Exposed, exposed } from './_exposition.js';
import { registry, spanPattern } from './_names.js';
import { startTestStack, type TestStack } from './_stack.js';

/** The tracer of our own code. */
const OWN = 'mooring';

let mooring: TestStack;
let collector: Collector;
let driven: DrivenStack;
let metrics: readonly Exposed[];
beforeAll(async () => {
  collector = await startCollector();
  mooring = await startTestStack({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, EDGE_TRACE_ONE_IN: '1' },
  });
  driven = await drive(mooring);
  metrics = await exposed(mooring.stack.health);
});
afterAll(async () => {
  await driven?.end();
  await mooring?.stop();
  await collector?.stop();
});

describe('metrics', () => {
  it('are registered, with their types and labels', () => {
    const unlike = metrics.filter(({ name, type, labels }) => {
      const known = registry.metrics[name];
      const isFitting = labels.length === 0 || labels.join() === known?.labels.join();
      return known === undefined || known.type !== type || !isFitting;
    });
    expect(unlike).toEqual([]);
  });

  it('are exposed by those who have them', () => {
    const missing = Object.entries(registry.metrics).flatMap(([name, { from }]) =>
      from
        .filter((owner) => !metrics.some((one) => one.name === name && isOf(one, owner)))
        .map((owner) => `${name} of ${owner}`),
    );
    expect(missing).toEqual([]);
  });

  it('have no ids in their labels', () => {
    const ids = [...driven.identifiers, mooring.file.owner.email, mooring.file.owner.token];
    // A UUID, an address, a number that counts rather than names.
    const suspicious = /[0-9a-f]{8}-[0-9a-f]{4}-|\d+\.\d+\.\d+\.\d+|[0-9a-f]{12}|\d{4}/i;
    const wrong = metrics
      .filter(({ name }) => name !== 'nodejs_version_info')
      .flatMap(({ name, values }) => values.map((value) => `${name}: ${value}`))
      .filter((text) => suspicious.test(text) || ids.some((id) => text.includes(id)));
    expect(wrong).toEqual([]);
  });

  it.each(['mooring_edge_durable_seconds', 'mooring_readings_frame_to_stored_seconds'])(
    '%s points at traces',
    (name) => {
      expect(metrics.some((one) => one.name === name && one.exemplar)).toBe(true);
    },
  );
});

describe('spans', () => {
  const patterns = Object.entries(registry.spans).map(([name]) => ({ name, pattern: spanPattern(name) }));

  it('of our own are all seen', async () => {
    const missing = (): readonly string[] =>
      patterns
        .filter(({ pattern }) => !own().some((span) => pattern.test(span.name)))
        .map(({ name }) => name);
    await eventually(() => missing().length === 0, { withinMs: 30_000 }).catch(() => undefined);
    expect(missing()).toEqual([]);
  });

  it('of our own are registered, with their attributes', () => {
    const unknown = own().filter(({ name }) => !patterns.some(({ pattern }) => pattern.test(name)));
    expect(names(unknown)).toEqual([]);
    const set = new Set(own().flatMap(({ attributes }) => Object.keys(attributes)));
    expect([...set].filter((name) => registry.attributes[name] === undefined)).toEqual([]);
  });

  it('of libraries are registered, with their attributes', () => {
    const theirs = collector.spans.filter(({ scope }) => scope !== OWN);
    const wrong = theirs.flatMap(({ scope, name, attributes }) => {
      const known = registry.libraries[scope];
      const isKnown = known?.spans.some((one) => spanPattern(one).test(name));
      const strange = Object.keys(attributes).filter((one) => !known?.attributes.includes(one));
      return isKnown && strange.length === 0 ? [] : [`${scope}: ${name} ${strange}`];
    });
    expect([...new Set(wrong)]).toEqual([]);
    for (const library of Object.keys(registry.libraries))
      expect(theirs.some(({ scope }) => scope === library)).toBe(true);
  });
});

function own(): readonly SpanView[] {
  return collector.spans.filter(({ scope }) => scope === OWN);
}

function names(spans: readonly SpanView[]): readonly string[] {
  return [...new Set(spans.map(({ service, name }) => `${service}: ${name}`))];
}

/** Edges are numbered; what the runtime or a library exposes, some process does. */
function isOf({ process }: Exposed, owner: string): boolean {
  return owner === 'runtime' || owner === 'process' || process.replace(/^edge-\d+$/, 'edge') === owner;
}
