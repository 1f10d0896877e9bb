// Each alert fires when it should and is quiet when it should be, says promtool; each has a page that says what to do.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promtool } from '@mooring/harness';
import { Fault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rules, rulesFile } from '../../tools/alerts/rules.js';
import { alertCases } from './_alert-cases.js';
import { type AlertCase, healthy } from './_alert-series.js';

const root = path.resolve(import.meta.dirname, '../..');
const [, burnRates, symptoms] = rules(1).groups;
const groups = rules(1).groups.map(({ name }) => name);
const alerts = [...burnRates.rules, ...symptoms.rules];
const names = [...new Set(alerts.map(({ alert }) => alert))];

let folder: string;
let program: string | undefined;
let why = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mooring-alerts-'));
  writeFileSync(path.join(folder, 'rules.yaml'), rulesFile(1));
  try {
    program = promtool();
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
    why = error.message;
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the rules', () => {
  it.each([1, 1 / 60])('are rules to promtool at pace %f', (pace) => {
    const file = path.join(folder, `${pace}.yaml`);
    writeFileSync(file, rulesFile(pace));
    check(['check', 'rules', file]);
  });

  it.each(alerts)('$alert ($labels.severity) has a case in which it fires', ({ alert, labels }) => {
    const cases = alertCases.filter((one) => one.alert === alert);
    const severities = cases.flatMap(({ fires }) => fires.map(({ severity }) => severity));
    expect(severities).toContain(labels.severity);
  });
});

describe('cases', () => {
  it.each(alertCases)('$alert: $when', (given) => {
    const file = path.join(folder, 'case.json');
    writeFileSync(file, JSON.stringify(testFile(given.series, [given], given.everyMinutes)));
    check(['test', 'rules', file]);
  });

  it('nothing fires while nothing is wrong', () => {
    const file = path.join(folder, 'healthy.json');
    const quiet = names.map((alert) => ({ alert, atMinute: 50, fires: [] }));
    writeFileSync(file, JSON.stringify(testFile(healthy, quiet)));
    check(['test', 'rules', file]);
  });
});

describe('pages', () => {
  const pages = path.join(root, 'docs/runbooks');
  const SECTIONS = ['What it means', 'Who suffers', 'Look at first', 'What to do', 'It is over when'];

  it.each(alerts.map(({ annotations }) => annotations.runbook))('%s answers all questions', (runbook) => {
    const text = readFileSync(path.join(root, runbook), 'utf8');
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    expect(sections).toEqual(SECTIONS);
  });

  it('are there for no alert that is not', () => {
    const wanted = new Set(alerts.map(({ annotations }) => path.basename(annotations.runbook)));
    const others = readdirSync(pages).filter((file) => file !== 'README.md' && !wanted.has(file));
    expect(others).toEqual([]);
  });
});

/** Fails with what promtool says. Without promtool it passes over the rest, and says so. */
function check(args: readonly string[]): void {
  if (program === undefined) {
    process.stderr.write(`not checked with promtool: ${why}\n`);
    return;
  }
  const { status, stdout, stderr } = spawnSync(program, [...args], { encoding: 'utf8', cwd: folder });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

type Expected = Pick<AlertCase, 'alert' | 'atMinute' | 'fires'>;

function testFile(series: AlertCase['series'], cases: readonly Expected[], everyMinutes = 1): object {
  return {
    rule_files: ['rules.yaml'],
    // Otherwise promtool takes the groups in any order, and alerts then look at what was recorded a step before.
    group_eval_order: groups,
    // Looking at days every minute would take minutes.
    evaluation_interval: `${everyMinutes === 1 ? 1 : 3 * everyMinutes}m`,
    tests: [
      {
        interval: `${everyMinutes}m`,
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: cases.map(({ alert, atMinute, fires }) => ({
          eval_time: `${atMinute}m`,
          alertname: alert,
          exp_alerts: fires.map(expected(alert)),
        })),
      },
    ],
  };
}

function expected(alert: string) {
  return (labels: Readonly<Record<string, string>>): object => {
    const rule = alerts.find((one) => one.alert === alert && one.labels.severity === labels['severity']);
    const summary = rule?.annotations.summary.replace(
      /\{\{ \$labels\.(\w+) \}\}/g,
      (_, label: string) => labels[label] ?? '',
    );
    return { exp_labels: labels, exp_annotations: { ...rule?.annotations, summary } };
  };
}
