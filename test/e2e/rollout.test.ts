// A deployment group brings 200 devices to new firmware while processes of firmware-update are killed again and again and
// one device in ten fails: never more than ten are updated at once, it pauses at its threshold, and it ends.
import { type NervesDevice, nervesDevice } from '@mooring/devices';
import { eventually, FirmwareFile, FirmwareSigner } from '@mooring/harness';
import { every } from '@mooring/runtime';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FirmwareView, trust, upload } from './_firmware.js';
import { startTestStack, type TestStack } from './_stack.js';

const DEVICES = 200;
const AT_ONCE = 10;
const FAILURE_THRESHOLD = 8;
/** A process is killed whenever so many more updates have begun. */
const KILL_AFTER = 25;
const LOOK_MS = 500;
const REPLICAS = ['firmware-update', 'firmware-update-2'] as const;
const metadata = { product: 'made', platform: 'rpi4', architecture: 'arm' };
// Under the policy open a key that nobody knows proves nothing; what it signs still names the device.
const auth = { key: `nhd_${'A'.repeat(43)}`, secret: 'unknown' };

interface Group {
  readonly id: string;
  readonly state: string;
  readonly reason: string | null;
}
interface Status {
  readonly group: Group;
  readonly devices: number;
  readonly updated: number;
  readonly in_flight: number;
  readonly waiting: number;
}

let mooring: TestStack;
let database: pg.Client;
let target: FirmwareView;
let group: Group;
const fleet: { readonly device: NervesDevice; readonly isHealthy: boolean }[] = [];
/** What the devices themselves say: updates taken up, and most of them under way at one time. */
const seen = { begun: 0, running: 0, peak: 0 };
const [kill, look] = [new AbortController(), new AbortController()];
/** How the group stood when it was last looked at; undefined while no process of firmware-update answers. */
let standing: Status | undefined;
/** Set when a paused group is to go on; counts how often it has. */
let resuming: { times: number } | undefined;

beforeAll(async () => {
  mooring = await startTestStack({ edges: 2, firmwareReplicas: REPLICAS.length });
  const url = new URL(mooring.file.postgres);
  url.pathname = '/firmware';
  database = new pg.Client({ connectionString: url.href });
  await database.connect();
  const signer = new FirmwareSigner();
  await trust(mooring, signer);
  target = await upload(
    mooring,
    new FirmwareFile({ signer, blocks: 1, metadata: { ...metadata, version: '1.1.0' } }),
  );
  for (let index = 0; index < DEVICES; index++) fleet.push(boot(index));
  await eventually(
    async () => (await mooring.api.devices('&dialect=nerveshub&online=true')).length === DEVICES,
    {
      withinMs: 120_000,
      what: `${DEVICES} devices online`,
    },
  );
  await eventually(async () => (await heardOf()) === DEVICES, {
    withinMs: 120_000,
    what: `the firmware of ${DEVICES} devices`,
  });
}, 300_000);
afterAll(async () => {
  kill.abort();
  look.abort();
  await Promise.all(fleet.map(({ device }) => device.close()));
  await database?.end();
  await mooring?.stop();
});

/** One in ten cannot write what it downloads, at either edge. */
function boot(index: number) {
  const isHealthy = index % 20 !== 0 && index % 20 !== 11;
  const device = nervesDevice({
    url: mooring.edges[index % 2] ?? '',
    identifier: `rollout-${String(index).padStart(3, '0')}`,
    auth,
    encoding: index % 4 === 0 ? 'msgpack' : 'json',
    firmware: { ...metadata, uuid: '00000000-0000-5000-8000-000000000001', version: '1.0.0' },
    outcome: isHealthy ? 'success' : 'failure',
    applyMs: 120,
    bootMs: 200,
    retryMs: 200,
    keep: 5,
    onUpdate: (phase) => {
      seen.running += phase === 'begun' ? 1 : -1;
      if (phase === 'begun') seen.begun += 1;
      seen.peak = Math.max(seen.peak, seen.running);
    },
  });
  return { device, isHealthy };
}

/** Has the database note after each statement how many updates are in flight, by a trigger of the test's own. */
async function watchDatabase(): Promise<void> {
  await database.query(`
    CREATE TABLE test_in_flight (updates integer NOT NULL);
    CREATE FUNCTION test_note_in_flight() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO test_in_flight SELECT count(*) FROM device_update WHERE group_id IS NOT NULL AND ended_at IS NULL;
      RETURN NULL;
    END $$;
    CREATE TRIGGER test_in_flight AFTER INSERT OR UPDATE ON device_update
      FOR EACH STATEMENT EXECUTE FUNCTION test_note_in_flight()`);
}

/** Devices of which firmware-update knows what they run. */
async function heardOf(): Promise<number> {
  const text = "SELECT count(*)::int AS devices FROM fleet_device WHERE firmware_uuid <> ''";
  const { rows } = await database.query<{ devices: number }>(text);
  return rows[0]?.devices ?? 0;
}

async function peakInDatabase(): Promise<number> {
  const { rows } = await database.query<{ peak: number }>('SELECT max(updates) AS peak FROM test_in_flight');
  return rows[0]?.peak ?? 0;
}

/** Kills one process, then the other, each time both are there; answers how many it has killed. */
function killing(): () => number {
  const killed: number[] = [];
  void every(
    100,
    () => {
      if (seen.begun < (killed.length + 1) * KILL_AFTER) return;
      const pids = REPLICAS.map((part) => mooring.pid(part));
      // One of them has not come back yet.
      if (pids.some((pid) => killed.includes(pid))) return;
      const pid = pids[killed.length % pids.length] ?? 0;
      killed.push(pid);
      process.kill(pid, 'SIGKILL');
    },
    kill.signal,
  );
  return () => killed.length;
}

async function post<T>(path: string, body?: object): Promise<T> {
  const answer = await mooring.api.call('POST', path, body);
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

/** Looks at the group every half second: that counts all devices, so nobody should do it all the time. */
function watchGroup(): void {
  const path = `/v1/deployment-groups/${group.id}`;
  const round = async (): Promise<void> => {
    const answer = await mooring.api.call('GET', `${path}/status`).catch(() => undefined);
    standing = answer?.status === 200 ? (answer.body as Status) : undefined;
    if (resuming === undefined || standing?.group.state !== 'paused') return;
    const resumed = await mooring.api.call('POST', `${path}/resume`).catch(() => undefined);
    if (resumed?.status === 200) resuming.times += 1;
  };
  void every(LOOK_MS, round, look.signal);
}

const reached = (done: (now: Status) => boolean, what: string, withinMs = 120_000) =>
  eventually(() => (standing !== undefined && done(standing) ? standing : undefined), { what, withinMs });

const healthy = () => fleet.filter(({ isHealthy }) => isHealthy);
const updated = () => healthy().filter(({ device }) => device.firmware().uuid === target.uuid);

it('is made for all devices, and offers nothing before it is active', async () => {
  await watchDatabase();
  group = await post<Group>('/v1/deployment-groups', {
    ...{ name: 'everybody', product: metadata.product, firmware_uuid: target.uuid },
    ...{ conditions: { version: '~> 1.0' }, concurrent_updates: AT_ONCE },
    ...{ failure_threshold: FAILURE_THRESHOLD, device_failure_threshold: 2 },
  });
  expect([group.state, seen.begun]).toEqual(['inactive', 0]);
});

it('goes through all devices, ten at a time, whoever is killed', { timeout: 1_200_000 }, async () => {
  const { status: switched } = await mooring.api.call('PATCH', `/v1/deployment-groups/${group.id}`, {
    is_active: true,
  });
  expect(switched).toBe(200);
  watchGroup();
  const kills = killing();
  const first = await reached(
    ({ group: { state } }) => state === 'paused',
    'the pause at the threshold',
    400_000,
  );
  expect(first.group.reason).not.toBe(null);
  // Those in flight end; nobody else begins, though most have not been updated.
  const held = await reached((now) => now.in_flight === 0, 'the end of what was in flight');
  expect(held.group.state).toBe('paused');
  expect(seen.running).toBe(0);
  expect(updated().length).toBeLessThan(healthy().length);

  resuming = { times: 0 };
  await eventually(() => updated().length === healthy().length, {
    what: 'every healthy device on the new firmware',
    withinMs: 700_000,
  });
  expect(resuming.times).toBeGreaterThan(0);
  expect(kills()).toBeGreaterThanOrEqual(2 * REPLICAS.length);
});

it('never had more than ten in flight, by the word of the database and of the devices', {
  timeout: 180_000,
}, async () => {
  kill.abort();
  const done = await reached(
    (now) => now.in_flight === 0 && now.updated === healthy().length,
    'the last of it',
  );
  expect(done.devices).toBe(DEVICES);
  expect(await peakInDatabase()).toBe(AT_ONCE);
  expect(seen.peak).toBeLessThanOrEqual(AT_ONCE);
  expect(seen.peak).toBeGreaterThan(AT_ONCE / 2);
  const broken = fleet.filter(({ isHealthy }) => !isHealthy).map(({ device }) => device.firmware().version);
  expect(new Set(broken)).toEqual(new Set(['1.0.0']));
  expect(fleet.flatMap(({ device }) => device.seen.violations)).toEqual([]);
});

it('is in the audit log, with who paused and who resumed it', async () => {
  type Entry = { readonly actor: string; readonly action: string; readonly resource: string };
  const entries = await eventually(
    async () => {
      const { items } = await mooring.api.get<{ items: Entry[] }>('/v1/audit?limit=500');
      const about = items.filter(({ resource }) => resource === `deployment_group:${group.id}`);
      return about.some(({ action }) => action === 'deployment_group.paused') ? about : undefined;
    },
    { what: 'the pause in the audit log' },
  );
  const paused = entries.find(({ action }) => action === 'deployment_group.paused');
  const resumed = entries.find(({ action }) => action === 'deployment_group.resumed');
  expect(paused?.actor).toBe(`deployment_group:${group.id}`);
  expect(resumed?.actor).not.toBe(paused?.actor);
});
