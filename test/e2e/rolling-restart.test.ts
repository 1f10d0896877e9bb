// Three edges are replaced one after another, as a rollout does, while 2 000 devices are connected and 20 people watch:
// everybody is back soon and not all at once, nothing durable is lost, and what people watched goes on.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Absences, type Figures } from './_absences.js';
import { type Audit, audit } from './_audit.js';
import { Balancer } from './_balancer.js';
import { crowd, Onlooker } from './_crowd.js';
import { startTestStack, type TestStack } from './_stack.js';

const EDGES = 3;
const DEVICES = 2_000;
const WATCHED = 20;
const DRAIN_DELAY_S = 2;
/** What all edges are promised: no more come back in a second. */
const PACE_PER_S = 150;
const DRAIN_S = 30;
const BACK_MS = 30_000;

let mooring: TestStack;
let balancer: Balancer;
let books: Audit;
let all: Awaited<ReturnType<typeof crowd>>;
const absences = new Absences();
const onlookers: Onlooker[] = [];

beforeAll(async () => {
  const env = {
    EDGE_DRAIN_DELAY_S: String(DRAIN_DELAY_S),
    EDGE_DRAIN_PER_S: String(PACE_PER_S),
    EDGE_DRAIN_S: String(DRAIN_S),
  };
  mooring = await startTestStack({ edges: EDGES, env });
  books = await audit(mooring.file.nats, mooring.file.postgres);
  balancer = await Balancer.open(
    mooring.edges.map((url, index) => ({
      port: Number(new URL(url).port),
      readiness: `${mooring.stack.health.get(`edge-${index + 1}`)}/readyz`,
    })),
  );
  all = await crowd(balancer.url, DEVICES, WATCHED, absences);
  await everybody('connected at first', 90_000);
  for (const { identifier } of all.cameras) {
    onlookers.push(await Onlooker.watch(balancer.url, mooring.file.owner.token, identifier));
  }
}, 180_000);

afterAll(async () => {
  await Promise.all(onlookers.map((onlooker) => onlooker.close()));
  await Promise.all((all?.devices ?? []).map((device) => device.close()));
  await balancer?.close();
  await books?.stop();
  await mooring?.stop();
}, 60_000);

function everybody(what: string, withinMs = BACK_MS + 15_000): Promise<boolean> {
  const isBack = (): boolean =>
    absences.missing === 0 &&
    all.devices.every(({ seen }) => seen.connected && seen.ready) &&
    onlookers.every(({ present }) => present);
  return eventually(isBack, { withinMs, what: `everybody ${what}` });
}

interface Replacement extends Figures {
  readonly edge: string;
  readonly sessions: number;
  readonly exitMs: number;
  /**
   * The longest that this process, which is all devices at once, and the balancer stood still: on a busy machine, what was
   * due then comes in a heap.
   */
  readonly stallS: number;
}

/** SIGTERM, the drain, and a new process in its place. */
async function replace(index: number): Promise<Replacement> {
  const edge = `edge-${index + 1}`;
  const pid = mooring.pid(edge);
  const sessions = await balancer.open(index);
  absences.take((await balancer.arrivals()).arrivals);
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();
  const toldMs = Date.now();
  process.kill(pid, 'SIGTERM');
  const spreadMs = (DRAIN_DELAY_S + DRAIN_S + 20) * 1_000;
  await eventually(() => mooring.pid(edge) !== pid, { withinMs: spreadMs, what: `a new ${edge}` });
  const exitMs = Date.now() - toldMs;
  await eventually(() => balancer.isReady(index), { withinMs: 20_000, what: `${edge} ready` });
  await everybody(`back after ${edge}`);
  stalls.disable();
  const { arrivals, stallS } = await balancer.arrivals();
  return { edge, sessions, exitMs, stallS: stalls.max / 1e9 + stallS, ...absences.take(arrivals) };
}

it('a rollout of edges', { timeout: 240_000 }, async () => {
  const before = books.durable();
  const replacements: Replacement[] = [];
  for (let index = 0; index < EDGES; index++) replacements.push(await replace(index));
  for (const { edge, sessions, exitMs, stallS, ...figures } of replacements) {
    process.stdout.write(
      `${edge}: ${sessions} sessions, gone after ${(exitMs / 1_000).toFixed(1)} s; ${figures.closes} devices away for ` +
        `${(figures.medianMs / 1_000).toFixed(1)} s, at most ${(figures.longestMs / 1_000).toFixed(1)} s; at most ` +
        `${figures.peakPerS} came in a second and ${figures.peakPer5S} in five, of ${PACE_PER_S} a second; stood still for ${stallS.toFixed(2)} s\n`,
    );
  }
  for (const { sessions, closes, longestMs, peakPerS, stallS } of replacements) {
    // Each edge had its share, and every device of it, but for the people, was sent away.
    expect(sessions).toBeGreaterThan(DEVICES / EDGES / 2);
    expect(closes).toBeGreaterThanOrEqual(sessions - onlookers.length);
    expect(longestMs).toBeLessThan(BACK_MS);
    expect(peakPerS).toBeLessThanOrEqual(PACE_PER_S * (1 + stallS));
  }

  // Sessions went on, each with the camera that it was with, and what is said in them arrives.
  expect(onlookers.filter(({ lost }) => lost > 0)).toEqual([]);
  expect(onlookers.reduce((sum, { resumed }) => sum + resumed, 0)).toBeGreaterThanOrEqual(WATCHED);
  for (const [index, { session }] of onlookers.entries()) {
    await eventually(() => all.cameras[index]?.watched.ids.includes(session), { what: `session ${index}` });
  }

  // Whatever was durable is stored, once.
  expect(books.durable()).toBeGreaterThan(before);
  await Promise.all(all.devices.map((device) => device.close()));
  const stored = await eventually(
    async () => {
      const counted = await books.stored();
      return counted.rows === books.durable() ? counted : undefined;
    },
    { withinMs: 30_000, what: `${books.durable()} stored readings` },
  );
  expect(stored.distinct).toBe(stored.rows);
  process.stdout.write(`${stored.rows} readings durable and stored; ${onlookers.length} sessions went on\n`);
});
