// `npm run bench -- field`: plugs at the rate of the field, and what each process takes for them.

import { every, Fault, sleep } from '@mooring/runtime';
import { connect as connectNats } from '@nats-io/transport-node';
import { type Mooring, startMooring } from '../contestants/mooring.js';
import { interruptible } from '../interrupt.js';
import { cpuTimes } from '../measure/cpu.js';
import type { BenchOptions } from '../options.js';
import { Plug } from '../plugs/plug.js';
import { say, sayTable } from '../report/say.js';
import { until } from '../until.js';

/** What one run showed. */
export interface FieldResult {
  readonly plugs: number;
  readonly seconds: number;
  readonly heartbeats: number;
  readonly reports: number;
  readonly stored: number;
  readonly onTheBus: Readonly<Record<string, number>>;
  /** Bus messages that hold a heartbeat as a plug writes it. */
  readonly heartbeatsOnTheBus: number;
  readonly logged: number;
  /** Share of one core by process. */
  readonly cores: Readonly<Record<string, number>>;
}

/** As the seed's page and devices do (kinetid.md 3.1, 4). */
const HEARTBEAT_S = 4;
const REPORT_S = 60;
const TICK_MS = 50;
const FIRST_ID = 39_628_657_000_000;
const DIALS_AT_ONCE = 50;

export async function field(options: BenchOptions): Promise<readonly FieldResult[]> {
  const mooring = await startMooring();
  try {
    return [await interruptible(run(mooring, options))];
  } finally {
    await mooring.stop();
  }
}

async function run(mooring: Mooring, { homes, minutes }: BenchOptions): Promise<FieldResult> {
  const bus = await listen(mooring.nats);
  let lost = 0;
  const plugs = await dial(mooring.port, homes, () => lost++);
  try {
    await mooring.admitted(plugs.length);
    say(`${plugs.length} plugs are online; ${minutes} minutes at their own rate`);
    const before = { cpu: cpuTimes(mooring.parts()), logged: await mooring.logged() };
    const startMs = performance.now();
    const sent = await atTheirRate(plugs, minutes * 60_000);
    const seconds = (performance.now() - startMs) / 1_000;
    const after = cpuTimes(mooring.parts());
    await until('every report is stored', async () => (await mooring.rows()) >= sent.reports);
    await mooring.followedUp();
    const result: FieldResult = {
      plugs: plugs.length,
      seconds,
      ...sent,
      stored: await mooring.rows(),
      onTheBus: Object.fromEntries([...bus.counts].sort()),
      heartbeatsOnTheBus: bus.heartbeats(),
      logged: (await mooring.logged()) - before.logged,
      cores: Object.fromEntries(
        [...after].map(([name, us]) => [name, (us - (before.cpu.get(name) ?? 0)) / 1e6 / seconds]),
      ),
    };
    tell(result);
    check(result, lost);
    return result;
  } finally {
    for (const plug of plugs) plug.end();
    await bus.close();
  }
}

/** Each plug has its own place in the period, as devices that were plugged in at different times have. */
async function atTheirRate(
  plugs: readonly Plug[],
  ms: number,
): Promise<{ heartbeats: number; reports: number }> {
  const sent = { heartbeats: 0, reports: 0 };
  const startMs = performance.now();
  const end = new AbortController();
  const due = (at: number, index: number, periodS: number): number =>
    Math.floor(at / (periodS * 1_000) + index / plugs.length);
  let lastMs = 0;
  await every(
    TICK_MS,
    () => {
      const atMs = Math.min(performance.now() - startMs, ms);
      for (const [index, plug] of plugs.entries()) {
        for (let beat = due(lastMs, index, HEARTBEAT_S); beat < due(atMs, index, HEARTBEAT_S); beat++) {
          plug.heartbeat();
          sent.heartbeats++;
        }
        for (let report = due(lastMs, index, REPORT_S); report < due(atMs, index, REPORT_S); report++) {
          plug.report();
          sent.reports++;
        }
      }
      lastMs = atMs;
      if (atMs >= ms) end.abort();
    },
    end.signal,
  );
  return sent;
}

async function dial(port: number, count: number, lost: () => void): Promise<readonly Plug[]> {
  const plugs: Plug[] = [];
  while (plugs.length < count) {
    const ids = Array.from({ length: Math.min(DIALS_AT_ONCE, count - plugs.length) }, (_, index) =>
      String(FIRST_ID + plugs.length + index),
    );
    plugs.push(...(await Promise.all(ids.map((id) => Plug.connect(port, id, lost)))));
    await sleep(20);
  }
  return plugs;
}

/** Counts everything that anybody publishes, by the first words of its subject. */
async function listen(url: string) {
  const connection = await connectNats({ servers: url });
  const counts = new Map<string, number>();
  let heartbeats = 0;
  connection.subscribe('>', {
    callback: (_, { subject, data }) => {
      const kind = subject.split('.').slice(0, 2).join('.');
      if (!/^(_INBOX|\$)/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (Buffer.from(data).includes('"hb"')) heartbeats++;
    },
  });
  await connection.flush();
  return { counts, heartbeats: () => heartbeats, close: () => connection.close() };
}

function tell(result: FieldResult): void {
  const { seconds, heartbeats, reports, stored, onTheBus, logged } = result;
  say(
    `${seconds.toFixed(0)} s: ${heartbeats} heartbeats and ${reports} reports sent, ${stored} readings stored`,
  );
  say(`Device log: ${logged} rows. Heartbeats on the bus: ${result.heartbeatsOnTheBus}`);
  sayTable(
    ['on the bus', 'messages'],
    Object.entries(onTheBus).map(([kind, count]) => [kind, String(count)]),
  );
  sayTable(
    ['process', '% of a core'],
    Object.entries(result.cores).map(([name, cores]) => [name, (cores * 100).toFixed(2)]),
  );
}

function check({ reports, stored, heartbeatsOnTheBus, logged }: FieldResult, lost: number): void {
  const problems = [
    stored === reports ? '' : `${reports} reports were sent and ${stored} readings stored`,
    heartbeatsOnTheBus === 0 ? '' : `${heartbeatsOnTheBus} heartbeats were on the bus`,
    logged === 0 ? '' : `${logged} rows were logged`,
    lost === 0 ? '' : `${lost} connections were ended`,
  ].filter(Boolean);
  if (problems.length > 0) throw new Fault('internal', problems.join('; '));
}
