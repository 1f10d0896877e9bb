// Mooring itself: the whole stack as `npm start` starts it, all features on, with one edge.
import { Fault } from '@mooring/runtime';
import { freePort, parseFlags, portsInARow, Stack } from '@mooring/stack';
import type { Measured } from '../measure/cpu.js';
import { until } from '../until.js';
import type { Contestant } from './contestant.js';
import { ask } from './database.js';

export interface Mooring extends Contestant {
  /** Pid of its edge. */
  readonly edge: number;
  /** Where its edges answer. */
  readonly edges: readonly string[];
  /** Of its owner. */
  readonly token: string;
  /** Where its NATS answers. */
  readonly nats: string;
  /** Every process under its own name. */
  parts(): readonly Measured[];
  /** Rows of what devices said in words. */
  logged(): Promise<number>;
}

/** The services that a reading passes through; the others are shown as one. */
const SHOWN = new Set(['edge-1', 'telemetry', 'registry', 'nats', 'postgres']);
const PAGE = 500;
const CALL_LIMIT_MS = 20_000;

// A closed loop is as fast as storing is, and all plugs come from one address: the limits that keep a device in the
// field from doing either are out of the way. Everything else is as it is by default.
const LIMITS = {
  EDGE_FRAME_RATE_FACTOR: '10000',
  EDGE_CONNECTS_PER_S: '100000',
  EDGE_CONNECTS_PER_S_PER_ADDRESS: '100000',
};

/** `nodeFlags` go to all its Node processes; one edge unless told. */
export async function startMooring(
  options: { readonly nodeFlags?: string; readonly edges?: number } = {},
): Promise<Mooring> {
  const { nodeFlags = '', edges = 1 } = options;
  const apiPort = await freePort();
  const edgePort = await portsInARow(edges, [apiPort]);
  const ports = ['--edge-port', String(edgePort), '--edges', String(edges), '--api-port', String(apiPort)];
  const flags = parseFlags(['--ephemeral', '--no-demo', '--device-auth', 'open', ...ports]);
  if (flags === undefined) throw new Fault('internal', 'the flags of the stack ask for help');
  const said: string[] = [];
  const env = { ...process.env, ...LIMITS, NODE_OPTIONS: nodeFlags };
  const stack = await Stack.start({ flags, env, say: (line) => void said.push(line) });
  const { file } = stack;
  const database = (name: string, statement: string): Promise<number> => {
    const url = new URL(file.postgres);
    url.pathname = name;
    return ask(url.href, statement);
  };
  const rows = (): Promise<number> => database('telemetry', 'SELECT count(*) FROM reading');
  const rolledUp = (): Promise<number> =>
    database('telemetry', 'SELECT coalesce(sum(count), 0) FROM rollup_minute');

  return {
    name: 'mooring',
    port: edgePort,
    stored: { natsUrl: file.nats, kind: 'live' },
    edge: file.pids['edge-1'] ?? 0,
    edges: file.edges,
    token: file.owner.token,
    nats: file.nats,
    processes: () =>
      measured(file.pids, (name) => (SHOWN.has(name) ? name.replace('edge-1', 'edge') : 'others')),
    parts: () => measured(file.pids, (name) => name),
    logged: () => database('telemetry', 'SELECT count(*) FROM device_log'),
    admitted: async (plugs) => {
      const online = (): Promise<number> => database('registry', 'SELECT count(*) FROM device WHERE online');
      await until(`${plugs} plugs are online`, async () => (await online()) === plugs);
      // The database is asked while they come, because it is fast; the answer that counts is the one users get.
      const seen = await countOnline(file.api, file.owner.token);
      if (seen !== plugs) throw new Fault('internal', `the HTTP API shows ${seen} of ${plugs} plugs online`);
    },
    rows,
    followedUp: async () => {
      const stored = await rows();
      await until('the rollups count every reading', async () => (await rolledUp()) === stored);
    },
    checkpoint: async () => void (await database('telemetry', 'CHECKPOINT')),
    stop: () => stack.stop(),
  };
}

function measured(pids: Readonly<Record<string, number>>, shownAs: (name: string) => string): Measured[] {
  return Object.entries(pids)
    .filter(([name]) => name !== 'supervisor')
    .map(([name, pid]) => ({ name: shownAs(name), pid, tree: name === 'postgres' }));
}

async function countOnline(api: string, token: string): Promise<number> {
  let count = 0;
  let cursor: string | null = '';
  do {
    const query = new URLSearchParams({ dialect: 'kinetid', online: 'true', limit: String(PAGE) });
    if (cursor !== '') query.set('cursor', cursor);
    const response = await fetch(`${api}/v1/devices?${query}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    if (!response.ok) throw new Fault('unavailable', `the HTTP API answered ${response.status}`);
    const page = (await response.json()) as { items: readonly unknown[]; next_cursor: string | null };
    count += page.items.length;
    cursor = page.next_cursor;
  } while (cursor !== null);
  return count;
}
