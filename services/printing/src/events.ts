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
  name: 'mooring_printing_browser_total',
  help: 'What happened to the browser that renders HTML: started, failed to start, stuck at its end.',
  labels: ['event'],
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
  browsers.inc({ event: 'started' });
}

/** It did not start, or did not end when told to. */
export function browserFailed(event: 'failed' | 'stuck', error: unknown): void {
  browsers.inc({ event });
  log.error({ err: error, event }, 'the browser that renders HTML failed');
}

/** Shows how many wait to be drawn, and for the browser. */
export function waitingPrints(sizes: () => { readonly drawing: number; readonly page: number }): void {
  gauge({
    name: 'mooring_printing_waiting',
    help: 'Prints that wait, by what for.',
    labels: ['turn'],
    collect: (metric) => {
      for (const [turn, size] of Object.entries(sizes())) metric.set({ turn }, size);
    },
  });
}
