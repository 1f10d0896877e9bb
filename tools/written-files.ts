// The whole files that `npm run docs` writes: they follow from the source, and tests hold them against it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rulesFile } from './alerts/rules.js';
import { dashboards } from './dashboards/index.js';
import { dashboardJson } from './dashboards/panel.js';
import type { Names } from './telemetry/registry.js';

const root = fileURLToPath(new URL('../', import.meta.url));

/** A file with what must be in it. */
export interface WrittenFile {
  /** Relative to the checkout. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

export function writtenFiles({ registry, page }: Names): readonly WrittenFile[] {
  return [
    written('docs/telemetry-names.json', json(registry)),
    written('docs/telemetry.md', page),
    written('k8s/components/observability/rules.yaml', rulesFile(1)),
    ...dashboards.map((dashboard) =>
      written(
        `k8s/components/observability/dashboards/${dashboard.uid}.json`,
        json(dashboardJson(dashboard)),
      ),
    ),
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function written(name: string, text: string): WrittenFile {
  return { name, file: path.join(root, name), text };
}
