// What the printing service reports.
import { counter, type FaultCode, gauge, histogram, logger } from '@mooring/runtime';

const log = logger('printing');

const rendered = histogram({
  name: 'mooring_printing_render_seconds',
  help: 'Time that turning content into dots took, waiting included, by kind and outcome.',
  labels: ['kind', 'outcome'],
  buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20],
});
const cut = counter({
  name: 'mooring_printing_cut_total',
  help: 'Prints that were longer than allowed and lost their end.',
});
const browsers = counter({
  name: 'mooring_printing_browser_starts_total',
  help: 'Starts of the browser that renders HTML, by outcome.',
  labels: ['outcome'],
});

export type ContentKind = 'text' | 'html' | 'png';

/** What became of a request to render. Nothing of its content is recorded. */
export function renderEnded(kind: ContentKind, outcome: 'ok' | FaultCode, seconds: number): void {
  rendered.observe({ kind, outcome }, seconds);
}

export function printCut(): void {
  cut.inc();
}

export function browserStarted(): void {
  browsers.inc({ outcome: 'started' });
}

export function browserFailed(error: unknown): void {
  browsers.inc({ outcome: 'failed' });
  log.error({ err: error }, 'the browser that renders HTML did not start');
}

/** Shows how many wait for their turn. */
export function waitingPrints(size: () => number): void {
  gauge({
    name: 'mooring_printing_waiting',
    help: 'Prints that wait for their turn to be rendered.',
    collect: (metric) => metric.set(size()),
  });
}
