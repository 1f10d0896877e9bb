// Puts objectives and symptoms together into the rules file of Prometheus.
import { stringify } from 'yaml';
import { burns, LEAST_BAD, type Objective, objectives, windows } from './objectives.js';
import { type Pace, pace } from './pace.js';
import { symptoms } from './symptoms.js';

export interface RecordingRule {
  readonly record: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly expr: string;
}

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: 'page' | 'ticket'; readonly slo?: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

export interface RuleGroups {
  readonly groups: readonly [
    { readonly name: 'objectives'; readonly rules: readonly RecordingRule[] },
    { readonly name: 'burn-rates'; readonly rules: readonly AlertingRule[] },
    { readonly name: 'symptoms'; readonly rules: readonly AlertingRule[] },
  ];
}

/** The name under which the share of bad events over a window is recorded; `slo` says of what. */
export function recorded(window: (typeof windows)[number]): string {
  return `mooring:slo_bad:ratio_${window}`;
}

/** `factor` shortens every window and wait: 1 is what is shipped, 1/60 makes a minute of an hour. */
export function rules(factor: number): RuleGroups {
  const at = pace(factor);
  return {
    groups: [
      { name: 'objectives', rules: objectives.flatMap((objective) => records(objective, at)) },
      { name: 'burn-rates', rules: objectives.flatMap((objective) => burnRates(objective, at)) },
      {
        name: 'symptoms',
        rules: symptoms.map(({ alert, severity, lasting, summary, expr }) => ({
          alert,
          expr: expr(at),
          ...(lasting === undefined ? {} : { for: at.window(lasting) }),
          labels: { severity },
          annotations: { summary, runbook: runbookOf(alert) },
        })),
      },
    ],
  };
}

/** As Prometheus reads them. */
export function rulesFile(factor: number): string {
  const head = '# Written by `npm run docs` from tools/alerts. Each alert has a page in docs/runbooks.\n';
  return head + stringify(rules(factor), { lineWidth: 0 });
}

/** The page of an alert, relative to the root of the repository. */
function runbookOf(alert: string): string {
  const kebab = alert.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return `docs/runbooks/${kebab}.md`;
}

function records({ slo, bad, all }: Objective, { window }: Pace): readonly RecordingRule[] {
  return windows.map((length) => ({
    record: recorded(length),
    labels: { slo },
    expr: `(${bad(window(length))}) / (${all(window(length))})`,
  }));
}

// A long window so that it matters, a short one so that it is over when it is over.
function burnRates({ slo, alert, target, summary, bad }: Objective, at: Pace): readonly AlertingRule[] {
  return (['page', 'ticket'] as const).map((severity) => {
    const spent = burns[severity].map(({ factor, long, short }) => {
      const limit = Number((factor * (1 - target)).toPrecision(6));
      const over = [long, short].map((length) => `${recorded(length)}{slo="${slo}"} > ${limit}`);
      return `(${over.join(' and ')})`;
    });
    const longest = burns[severity].at(-1)?.long ?? '1h';
    const enough = `(${bad(at.window(longest))}) >= ${LEAST_BAD}`;
    return {
      alert,
      expr: `(${spent.join(' or ')}) and on () ${enough}`,
      labels: { severity, slo },
      annotations: { summary, runbook: runbookOf(alert) },
    };
  });
}
