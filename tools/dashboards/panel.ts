// What a dashboard is made of, and how that becomes Grafana's JSON.

/** One picture. Queries are PromQL by their legend; `$__rate_interval` and `$job` are Grafana's to fill in. */
export interface Panel {
  readonly title: string;
  /** What it tells, and when to worry. */
  readonly says: string;
  readonly unit: 'short' | 's' | 'bytes' | 'Bps' | 'percentunit' | 'reqps' | 'cps' | 'cores';
  readonly queries: Readonly<Record<string, string>>;
  /** A number instead of a curve. */
  readonly number?: true;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Name of its file, and its address in Grafana. */
  readonly uid: string;
  readonly title: string;
  readonly says: string;
  readonly rows: readonly Row[];
  /** It shows one service at a time. */
  readonly ofOneService?: true;
}

/** Grafana's own name of the data source; provisioned with it. */
const SOURCE = { type: 'prometheus', uid: 'prometheus' };
const COLUMNS = 24;
const HEIGHT = 8;
const UNITS: Readonly<Record<Panel['unit'], string>> = {
  short: 'short',
  s: 's',
  bytes: 'bytes',
  Bps: 'Bps',
  percentunit: 'percentunit',
  reqps: 'reqps',
  cps: 'cps',
  cores: 'none',
};

/** As Grafana 11 and later read it. */
export function dashboardJson({ uid, title, says, rows, ofOneService }: Dashboard): object {
  return {
    uid: `mooring-${uid}`,
    title: `Mooring: ${title}`,
    description: says,
    tags: ['mooring'],
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    links: [{ type: 'dashboards', tags: ['mooring'], asDropdown: false, title: 'Mooring' }],
    templating: { list: ofOneService ? [jobVariable] : [] },
    panels: laidOut(rows),
  };
}

const jobVariable = {
  name: 'job',
  label: 'service',
  type: 'query',
  datasource: SOURCE,
  query: 'label_values(process_start_time_seconds, job)',
  refresh: 2,
  current: { text: 'edge', value: 'edge' },
};

function laidOut(rows: readonly Row[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: at(0, y, COLUMNS, 1),
    });
    y += 1;
    const perLine = Math.min(3, row.panels.length);
    const width = COLUMNS / perLine;
    for (const [index, panel] of row.panels.entries()) {
      const line = Math.floor(index / perLine);
      const gridPos = at((index % perLine) * width, y + line * HEIGHT, width, HEIGHT);
      panels.push({ id: panels.length + 1, gridPos, ...panelJson(panel) });
    }
    y += Math.ceil(row.panels.length / perLine) * HEIGHT;
  }
  return panels;
}

function at(x: number, y: number, w: number, h: number): object {
  return { x, y, w, h };
}

function panelJson({ title, says, unit, queries, number }: Panel): object {
  return {
    type: number ? 'stat' : 'timeseries',
    title,
    description: says,
    datasource: SOURCE,
    fieldConfig: { defaults: { unit: UNITS[unit], min: 0 }, overrides: [] },
    ...(number
      ? {}
      : {
          options: { legend: { displayMode: 'table', placement: 'bottom', calcs: ['max', 'lastNotNull'] } },
        }),
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: SOURCE,
      expr,
      legendFormat,
      exemplar: expr.includes('_bucket'),
    })),
  };
}
