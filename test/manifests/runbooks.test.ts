// What the pages for those on call name is there: metrics, variables, routes, log lines, dashboards, files and commands.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { exposition } from '@mooring/runtime';
import { beforeAll, describe, expect, it } from 'vitest';
import { dashboards } from '../../tools/dashboards/index.js';
import type { Registry } from '../../tools/telemetry/shape.js';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const { metrics }: Registry = JSON.parse(read('docs/telemetry-names.json'));
const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
const PAGES = readdirSync(path.join(root, 'docs/runbooks')).map((name) => `docs/runbooks/${name}`);
const DOCUMENTS = [...PAGES, 'docs/slo.md', 'k8s/README.md', 'k8s/components/observability/README.md'];
const SOURCES = [
  'proto/src',
  'proto/mooring',
  'infra/runtime/src',
  'infra/stack/src',
  'services',
  'tools',
  'k8s',
];

/** Said or made by others: NATS, Kubernetes, the collector, kubelets, operators. */
const FOREIGN: ReadonlySet<string> = new Set([
  ...['permissions violation', 'authorization violation', 'no matches for kind', 'field is immutable'],
  ...['otelcol_processor_refused_spans_total', 'otelcol_exporter_send_failed_spans_total'],
  ...['container_cpu_cfs_throttled_periods_total', 'keda-hpa-edge', 'max_connections', 'gateway-helm'],
  ...['cloudnative-pg', 'plugin-barman-cloud'],
]);
const COMMANDS = /^(kubectl|minikube) /;
const PROCESSES = / telemetry signaling firmware-update/;
const HISTOGRAM = /_(bucket|sum|count)$/;

function sourceOf(folder: string): string {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  return entries
    .filter(
      ({ name }) => !/^(dist|node_modules|gen|generated|test)$|\.test\.ts$|\.md$|^dashboards$/.test(name),
    )
    .map((entry) => (entry.isDirectory() ? sourceOf : read)(`${folder}/${entry.name}`))
    .join('\n');
}

let source: string;
/** Those that every process has because its library makes them. */
let usual: string;
beforeAll(async () => {
  source = SOURCES.map(sourceOf).join('\n');
  usual = (await exposition(false)).body;
});

const isMetric = (name: string): boolean =>
  metrics[name] !== undefined ||
  metrics[name.replace(HISTOGRAM, '')]?.type === 'histogram' ||
  usual.includes(`# TYPE ${name} `);
// The routes that the authorization tests of the API hold its document to.
const routes = readdirSync(path.join(root, 'services/api/test'))
  .filter((name) => name.startsWith('_authorization'))
  .map((name) => read(`services/api/test/${name}`))
  .join('\n');
const isRoute = (route: string): boolean => {
  const [, before = '', action = ''] = /^(.*\/)(\w+)$/.exec(route) ?? [];
  const isAction = routes.includes(`\`${before}\${action}\``) && routes.includes(`'${action}'`);
  return routes.includes(`'${route}'`) || isAction;
};

/** Whole, or with its last part filled in: `status_401`, `edge watch`. */
const said = (text: string): boolean =>
  source.includes(text) || source.includes(text.replace(/(status_|edge )\w+$/, '$1${'));

/** Why that piece of code in a document is about nothing; undefined when it is about something, or is not for us to know. */
function problem(code: string): string | undefined {
  if (FOREIGN.has(code)) return undefined;
  if (/^(GET|POST|PUT|PATCH|DELETE) \/\S+$/.test(code)) return isRoute(code) ? undefined : `no route ${code}`;
  if (/^(mooring|process|nodejs|otelcol|container)_[a-z0-9_]+$/.test(code))
    return isMetric(code) ? undefined : `no metric ${code}`;
  const [, script] = /^npm run ([\w-]+)/.exec(code) ?? [];
  if (script) return scripts.includes(script) ? undefined : `no script ${script}`;
  if (/^(docs|infra|k8s|services|test|tools)\/[\w./-]+$/.test(code))
    return existsSync(path.join(root, code)) || code === 'k8s/overlays/yours' ? undefined : `no file ${code}`;
  // Variables, reasons, secrets; log lines and spans, which are several words, or whole texts with a part of them filled in.
  const named = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(?==|$)|^[a-z]+([_-][a-z0-9]+)+$|^[a-z]+( [a-z]+)+$/.exec(
    code,
  )?.[0];
  if (named === undefined || COMMANDS.test(named) || PROCESSES.test(named)) return undefined;
  return said(named) ? undefined : `nobody says ${named}`;
}

function codes(text: string): readonly string[] {
  const prose = text.replace(/```[\s\S]*?```/g, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replace(/\s+/g, ' '));
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('names what there is', () => {
    expect(codes(text).flatMap((code) => problem(code) ?? [])).toEqual([]);
  });

  it('links to pages that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    const missing = links.filter((link) => !existsSync(path.join(root, path.dirname(document), link)));
    expect(missing).toEqual([]);
  });

  it('names dashboards by their titles', () => {
    const named = [...text.matchAll(/[Dd]ashboard\s+\*([^*]+)\*/g)].map(([, title = '']) =>
      title.replace(/\s+/g, ' '),
    );
    const titles = dashboards.map(({ title }) => title);
    expect(named.filter((title) => !titles.includes(title))).toEqual([]);
  });

  it('asks for pods in the namespace where they are', () => {
    const commands = codes(text).filter((code) =>
      /^kubectl .*\b(get|describe|logs|exec|port-forward|rollout (undo|restart|status) \S+)\b/.test(code),
    );
    expect(commands.filter((command) => !command.includes(' -n mooring '))).toEqual([]);
  });
});

describe('the reader of pages', () => {
  it.each([
    ['mooring_edge_socket', 'no metric'],
    ['nodejs_eventloop_lag_p98_seconds', 'no metric'],
    ['EDGE_BUFFER_OCTETS', 'nobody says'],
    ['POST /v1/dead-letters/{id}/again', 'no route'],
    ['npm run surgeon', 'no script'],
    ['tools/alerts/none.ts', 'no file'],
    ['telemetry-writings', 'nobody says'],
    ['a batch went wrong', 'nobody says'],
  ])('finds that there is no %s', (code, message) => {
    expect(problem(code)).toContain(message);
  });
});
