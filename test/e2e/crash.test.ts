// Any one process is killed without warning while 200 plugs send 2 000 readings a second: nothing durable is lost or
// doubled, and the device list tells the truth again within 20 seconds.
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Audit, audit } from './_audit.js';
import { startTestStack, type TestStack } from './_stack.js';
import { Swarm, type SwarmPlug } from './_swarm.js';

const PLUGS = 200;
const REPORTS_PER_S = 10;
const BEFORE_AND_AFTER = 4_000;
const TRUTH_MS = 20_000;

let mooring: TestStack;
let swarm: Swarm;
let books: Audit;

beforeAll(async () => {
  mooring = await startTestStack({ env: { EDGE_FRAME_RATE_FACTOR: '10' } });
  books = await audit(mooring.file.nats, mooring.file.postgres);
  const plugs = Array.from({ length: PLUGS }, (_, index): SwarmPlug => {
    return {
      deviceId: String(24_000_000_000_000 + index),
      edge: mooring.edges[index % 2] ?? '',
      stays: true,
    };
  });
  swarm = new Swarm(plugs, REPORTS_PER_S);
  await eventually(async () => (await online()).length === PLUGS, { withinMs: TRUTH_MS });
});
afterAll(async () => {
  await swarm?.stop();
  await books?.stop();
  await mooring?.stop();
});

const online = () => mooring.api.devices('&dialect=kinetid&online=true');

/** Waits until that many more readings are durable. */
async function stream(readings: number): Promise<void> {
  const target = books.durable() + readings;
  await eventually(() => books.durable() >= target, {
    withinMs: 40_000,
    what: `${readings} more durable readings`,
  });
}

it.each([
  'edge-1',
  'edge-2',
  'registry',
  'telemetry',
  'signaling',
  'firmware-update',
  'api',
  'nats',
  'postgres',
])('%s', { timeout: 120_000 }, async (part) => {
  swarm.reporting = true;
  await stream(BEFORE_AND_AFTER);
  const [leaver] = swarm.plugs.filter(({ stays }) => stays);
  if (leaver === undefined) throw new Error('no plug left');

  const pid = mooring.pid(part);
  process.kill(pid, 'SIGKILL');
  // One plug goes for good in the middle of it: the list must not go on showing it.
  leaver.stays = false;
  swarm.cut(leaver);
  const killedMs = Date.now();

  await eventually(() => mooring.pid(part) !== pid, { withinMs: TRUTH_MS, what: `a new ${part}` });
  const staying = swarm.plugs
    .filter(({ stays }) => stays)
    .map(({ deviceId }) => deviceId)
    .sort();
  await eventually(
    async () => {
      const listed = (await online()).map(({ identifier }) => identifier).sort();
      return JSON.stringify(listed) === JSON.stringify(staying);
    },
    { withinMs: TRUTH_MS - (Date.now() - killedMs), what: 'the truth in the device list' },
  );
  await stream(BEFORE_AND_AFTER);

  swarm.reporting = false;
  const stored = await eventually(
    async () => {
      const counted = await books.stored();
      return counted.rows === books.durable() ? counted : undefined;
    },
    { withinMs: 40_000, what: 'every durable reading in a row' },
  );
  expect(stored.distinct).toBe(stored.rows);
  const { count } = await rollups();
  expect(count).toBe(stored.rows);
});

/** What the day rollups say over all devices. */
async function rollups(): Promise<{ count: number }> {
  const all = await Promise.all(
    (await mooring.api.devices('&dialect=kinetid')).map(({ id }) =>
      mooring.api.points(id, 'power_w', '&step=86400&agg=count'),
    ),
  );
  return { count: all.flat().reduce((sum, [, value]) => sum + value, 0) };
}
