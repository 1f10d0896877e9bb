// Each alert is provoked once by a fault of the kind that it is for, and seen firing by a real Prometheus. Sixty times as
// fast as in production: an hour of the rules is a minute here.
import { type NervesDevice, nervesDevice } from '@mooring/devices';
import { eventually, FirmwareFile, FirmwareSigner, promtool } from '@mooring/harness';
import { uplink } from '@mooring/proto';
import { connectBus, every, Fault } from '@mooring/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { rules } from '../../tools/alerts/rules.js';
import { type AlertWatch, watchAlerts } from './_alert-watch.js';
import { type Collector, startCollector } from './_collector.js';
import { frozen, keepKilled, locked, signal, starved, undoAll } from './_faults.js';
import { trust, upload } from './_firmware.js';
import { Peer } from './_peer.js';
import { startTestStack, type TestStack } from './_stack.js';
import { Swarm, type SwarmPlug } from './_swarm.js';
import { camera, viewer } from './_watch.js';

const PACE = 1 / 60;
const PLUGS = 70;
const REPORTS_PER_S = 3;
const CONNECTIONS = 80;
const SEEN_MS = 45_000;
const POISON = 'poison';
// Loaded into every process: what JSON.parse makes of poisoned text throws when it is looked at, as no peer could have it.
const poisoned = `
const { parse } = JSON;
JSON.parse = (text, ...rest) => {
  const value = parse(text, ...rest);
  if (typeof text !== 'string' || !text.includes('"${POISON}"')) return value;
  return Object.defineProperty(value, 'cmd', { get() { throw new Error('${POISON}'); } });
};`;

function prometheusOrWhy(): string | undefined {
  try {
    promtool();
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
    return error.message;
  }
}

const why = prometheusOrWhy();

it.runIf(why !== undefined)(`cannot be done here: ${why}`, () => {
  expect(why).not.toBe('');
});

describe.skipIf(why !== undefined)('alerts', () => {
  let mooring: TestStack;
  let collector: Collector;
  let watch: AlertWatch;
  let swarm: Swarm;
  let units: readonly NervesDevice[] = [];
  beforeAll(async () => {
    collector = await startCollector();
    mooring = await startTestStack({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        EDGE_TRACE_ONE_IN: '10',
        EDGE_MAX_CONNECTIONS: String(CONNECTIONS),
        EDGE_BUFFER_BYTES: String(64 * 1024),
        TELEMETRY_WEBHOOK_BACKOFF_S: '4,4,4,4,4,4,4,4,4,4',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(poisoned)}`,
      },
    });
    watch = await watchAlerts(mooring, PACE);
  });
  afterAll(async () => {
    await swarm?.stop();
    await Promise.all(units.map((unit) => unit.close()));
    await watch?.stop();
    await mooring?.stop();
    await collector?.stop();
  });

  afterEach(undoAll);

  const edge = (index: number): string => mooring.edges[index] ?? '';
  const both = (alert: string) => [`${alert} page`, `${alert} ticket`];

  it('stay quiet while nothing is wrong', async () => {
    swarm = new Swarm(plugs(12, edge(1)), REPORTS_PER_S);
    await eventually(() => swarm.connected === 12);
    const looks = 'min(count_over_time(up[1m]))';
    await eventually(async () => ((await watch.prometheus.query(looks))[0]?.[1] ?? 0) > 15, {
      withinMs: 40_000,
    });
    await eventually(async () => (await watch.prometheus.firing()).length === 0, {
      withinMs: 30_000,
      what: 'silence',
    });
    await swarm.stop();
  });

  it('of many sockets, and of many that close', { timeout: 90_000 }, async () => {
    swarm = new Swarm(plugs(PLUGS, edge(0)), REPORTS_PER_S);
    await eventually(() => swarm.connected === PLUGS, { withinMs: 20_000 });
    await watch.seen(['EdgeFull ticket'], SEEN_MS);
    for (const plug of swarm.plugs) swarm.cut(plug);
    await watch.seen(['DisconnectStorm page'], SEEN_MS);
  });

  it('of what nobody can read, and of a dialect that throws', { timeout: 90_000 }, async () => {
    const bus = await connectBus({ url: mooring.file.nats, name: 'nobody' });
    const rubbish = Uint8Array.from([0xff, 0xff, 0xff, 0xff]);
    await bus.persist(uplink.reading, { node: 'nobody' }, rubbish, { id: 'rubbish', timeoutMs: 5_000 });
    await bus.close();
    const peer = await Peer.open(`${edge(1)}/socket`);
    peer.send({ cmd: 'hello', deviceId: '39628657580001' });
    peer.send({ cmd: 'hello', deviceId: POISON });
    await watch.seen(['DeadLetters ticket', 'DialectCrashes ticket'], SEEN_MS);
  });

  it('of firmware that devices cannot write', { timeout: 120_000 }, async () => {
    const metadata = { product: 'made', platform: 'rpi4', architecture: 'arm' };
    const signer = new FirmwareSigner();
    await trust(mooring, signer);
    const file = new FirmwareFile({ signer, blocks: 2, metadata: { ...metadata, version: '1.1.0' } });
    const { uuid } = await upload(mooring, file);
    units = Array.from({ length: 8 }, (_, index) =>
      nervesDevice({
        url: edge(1),
        identifier: `broken-${index}`,
        auth: { key: `nhd_${'A'.repeat(43)}`, secret: 'unknown' },
        firmware: { ...metadata, uuid: '00000000-0000-5000-8000-000000000001', version: '1.0.0' },
        outcome: 'failure',
        applyMs: 100,
      }),
    );
    const group = await mooring.api.made<{ id: string }>('/v1/deployment-groups', {
      ...{ name: 'all', product: metadata.product, firmware_uuid: uuid, conditions: { version: '~> 1.0' } },
      ...{ concurrent_updates: 8, failure_threshold: 100, device_failure_threshold: 3 },
    });
    await mooring.api.call('PATCH', `/v1/deployment-groups/${group.id}`, { is_active: true });
    await watch.seen(['UpdatesFail ticket'], SEEN_MS);
    await mooring.api.call('PATCH', `/v1/deployment-groups/${group.id}`, { is_active: false });
  });

  it('of a service that hangs, and of devices that nobody can understand', { timeout: 90_000 }, async () => {
    const device = await camera(edge(0), 'alert-cam');
    const { token } = mooring.file.owner;
    const people = await Promise.all(Array.from({ length: 6 }, () => viewer(edge(1), token)));
    const undo = frozen(mooring, 'signaling');
    const stop = new AbortController();
    // No device speaks that version.
    const dialling = keepDialling(`${edge(1)}/device-socket/websocket?vsn=0.0.0`, stop.signal);
    for (const person of people)
      for (let ask = 0; ask < 3; ask++) person.say('watch_request', { device_id: 'alert-cam' }, `a${ask}`);
    const expected = ['ServiceGone page', 'ProcessDown ticket', 'ConnectionsRefused ticket'];
    await watch.seen([...expected, ...both('WatchesFail')], SEEN_MS);
    stop.abort();
    await dialling;
    await undo();
    for (const end of [device, ...people]) end.end();
  });

  it('of commands and deliveries that somebody holds up', { timeout: 120_000 }, async () => {
    const measuring = await mooring.api.devices('&dialect=kinetid&online=true');
    const devices = await mooring.api.devices('&dialect=nerveshub&online=true');
    await mooring.api.made('/v1/webhooks', { url: 'http://127.0.0.1:9/alarms' });
    const rule = { metric: 'power_w', condition: 'above', threshold: -1, for_s: 0 };
    await mooring.api.made('/v1/alarm-rules', { name: 'Always', device_id: measuring[0]?.id, ...rule });
    const deliveries = await eventually(async () => {
      const undo = await locked(mooring, 'telemetry', 'SELECT * FROM webhook_delivery FOR UPDATE');
      const [row] = await watch.prometheus.query('max(mooring_webhook_waiting_deliveries) > 0');
      if (row !== undefined) return undo;
      await undo();
      return undefined;
    });
    const commands = await locked(mooring, 'registry', 'SELECT * FROM device FOR SHARE');
    for (const { id } of [...devices, ...devices])
      await mooring.api.made(`/v1/devices/${id}/commands`, { type: 'script', text: '1 + 1' }, 202);
    await watch.seen(['CommandsStuck page', 'WebhooksOverdue ticket'], SEEN_MS);
    await deliveries();
    await commands();
    await watch.seen(both('CommandsLate'), SEEN_MS);
  });

  it('of a database that somebody has locked', { timeout: 120_000 }, async () => {
    const undone = [
      await locked(mooring, 'registry', 'LOCK TABLE device IN ACCESS EXCLUSIVE MODE'),
      await locked(mooring, 'telemetry', 'LOCK TABLE reading IN ACCESS EXCLUSIVE MODE'),
    ];
    const stop = new AbortController();
    const asking = keepAsking(stop.signal);
    const strangers = new Swarm(plugs(30, edge(1), 500), REPORTS_PER_S);
    await watch.seen(
      [
        ...['ConsumerBehind page', 'PoolExhausted ticket'],
        ...['ApiErrors', 'ApiSlow', 'DevicesNotAdmitted'].flatMap(both),
      ],
      90_000,
    );
    stop.abort();
    for (const undo of undone) await undo();
    await asking;
    await strangers.stop();
  });

  it('of a bus that is not there', { timeout: 150_000 }, async () => {
    const found = () => mooring.api.devices('&dialect=nerveshub').catch(() => undefined);
    const [gone] = await eventually(found, { withinMs: 60_000, what: 'an API that has recovered' });
    await eventually(() => swarm.connected === PLUGS, { withinMs: 30_000 });
    const undo = keepKilled(mooring, 'nats');
    const stop = new AbortController();
    const dialling = keepDialling(`${edge(1)}/socket`, stop.signal);
    // Before that it might still be told to others.
    await watch.seen(['BusDisconnected page'], SEEN_MS);
    await mooring.api.call('DELETE', `/v1/devices/${gone?.id}`);
    await watch.seen(
      ['BufferFilling', 'EventsLost', 'OutboxStuck', 'ConnectionsRefused'].map((alert) => `${alert} page`),
      60_000,
    );
    stop.abort();
    await dialling;
    await undo();
    await watch.seen(both('ReadingsLate'), 60_000);
  });

  it('of processes that die, starve, or lose their spans', { timeout: 150_000 }, async () => {
    const fed = starved(mooring, 'printing');
    await collector.stop();
    for (const starts of [1, 2, 3]) {
      const pid = mooring.pid('signaling');
      signal(pid, 'SIGKILL');
      await eventually(() => mooring.pid('signaling') !== pid, { withinMs: 60_000 });
      const seen = `changes(process_start_time_seconds{job="signaling"}[2m]) >= ${starts}`;
      await eventually(async () => (await watch.prometheus.query(seen)).length > 0, { withinMs: 60_000 });
    }
    await watch.seen(['ProcessRestarts ticket', 'EventLoopBlocked ticket', 'SpansDropped ticket'], 60_000);
    await fed();
  });

  it('are by now all that there are', () => {
    const [, burnRates, symptoms] = rules(PACE).groups;
    const all = [...burnRates.rules, ...symptoms.rules].map(
      ({ alert, labels }) => `${alert} ${labels.severity}`,
    );
    expect([...watch.fired].sort()).toEqual([...all].sort());
  });

  /** Forty lists of devices at a time, whatever they are answered. */
  async function keepAsking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted)
      await Promise.allSettled(Array.from({ length: 40 }, () => mooring.api.call('GET', '/v1/devices')));
  }
});

/** Plugs that come back when they are cut off. */
function plugs(count: number, edge: string, from = 100): readonly SwarmPlug[] {
  return Array.from({ length: count }, (_, index) => ({
    deviceId: `39628657${from + index}000`,
    edge,
    stays: true,
  }));
}

/** Ten sockets a second that are let in or not. */
function keepDialling(url: string, signal: AbortSignal): Promise<void> {
  return every(
    100,
    () => {
      const socket = new WebSocket(url, { handshakeTimeout: 2_000 });
      socket.on('error', () => undefined);
      socket.on('open', () => socket.terminate());
    },
    signal,
  );
}
