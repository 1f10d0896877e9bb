// Composition root of the edge: builds its parts and lists them in the order in which they start.
import { randomBytes } from 'node:crypto';
import { registry } from '@mooring/proto';
import {
  type App,
  busRunnable,
  connectBus,
  Fault,
  grpcClient,
  type Runnable,
  untilAborted,
} from '@mooring/runtime';
import type { EdgeConfig } from './config.js';
import { endpoints } from './dialects/index.js';
import { deliverRunnable } from './downlink/deliver.js';
import {
  admissionStreamLost,
  commandTaken,
  connectionEvents,
  observe,
  presenceFailed,
  sessionEvents,
  signalEvents,
  uplinkEvents,
  watchAsked,
} from './events.js';
import { Admission } from './presence/admission.js';
import { asker } from './presence/ask.js';
import { deviceAuthenticator } from './presence/authenticate.js';
import { Disconnects } from './presence/disconnects.js';
import { leaseRunnable } from './presence/lease.js';
import { seenRunnable } from './presence/seen.js';
import { Directory } from './session/directory.js';
import { Sampler } from './session/sampler.js';
import { signalling } from './signals/send.js';
import { Networks } from './sockets/address.js';
import { Gate } from './sockets/gate.js';
import { Listener } from './sockets/listener.js';
import { socketsRunnable } from './sockets/runnable.js';
import { Slots } from './sockets/slots.js';
import { Uplink } from './uplink/uplink.js';
import { watchAsker } from './watching/ask.js';

const ADMIT_TIMEOUT_MS = 8_000;
const MAX_PENDING_ADMISSIONS = 50_000;
const AUTHENTICATE_TIMEOUT_MS = 5_000;
const MAX_PENDING_UPGRADES = 5_000;
const MAX_PENDING_DISCONNECTS = 500_000;

export async function app(config: EdgeConfig): Promise<App> {
  const node = config.EDGE_NODE;
  const boot = randomBytes(6).toString('hex');
  const bus = await connectBus({ url: config.NATS_URL, name: node });
  const client = grpcClient(registry.RegistryClient, config.EDGE_REGISTRY_ADDRESS);
  const directory = new Directory();
  const sampler = new Sampler(config.EDGE_TRACE_ONE_IN);
  const uplink = new Uplink({
    bus,
    node,
    boot,
    flushMs: config.EDGE_FLUSH_MS,
    maxBytes: config.EDGE_BUFFER_BYTES,
    events: uplinkEvents,
    traceparent: () => sampler.active,
  });
  const admission = new Admission({
    node,
    boot,
    open: () => client.admit(),
    timeoutMs: ADMIT_TIMEOUT_MS,
    maxPending: MAX_PENDING_ADMISSIONS,
    streamLost: admissionStreamLost,
  });
  const disconnects = new Disconnects({
    send: (disconnections) => client.reportDisconnected({ disconnections }),
    maxPending: MAX_PENDING_DISCONNECTS,
    failed: (code) => presenceFailed('report_disconnected', code),
    dropped: () => presenceFailed('report_disconnected', 'dropped'),
  });
  const gate = new Gate(
    {
      maxConnections: config.EDGE_MAX_CONNECTIONS,
      connectsPerS: config.EDGE_CONNECTS_PER_S,
      connectsPerSPerAddress: config.EDGE_CONNECTS_PER_S_PER_ADDRESS,
      plainNetworks: new Networks(list(config.EDGE_PLAIN_NETWORKS)),
      connections: () => directory.size,
      overloaded: () => uplink.sheds('connections') || !bus.connected,
      viewersShed: () => uplink.sheds('viewers'),
    },
    Date.now(),
  );
  const watch = watchAsker({ bus, node, boot, asked: watchAsked });
  const ask = asker({ process: { node, boot }, admission, client, sampler, watch, bus });
  const listener = new Listener({
    host: config.EDGE_HOST,
    ports: [config.EDGE_PORT, ...list(config.EDGE_EXTRA_PORTS).map(Number)],
    sharePorts: config.EDGE_SHARE_PORTS,
    endpoints,
    directory,
    settings: { frameRateFactor: config.EDGE_FRAME_RATE_FACTOR },
    gate,
    policy: config.EDGE_DEVICE_AUTH,
    proxies: new Networks(list(config.EDGE_TRUSTED_PROXIES)),
    certificateHeader: config.EDGE_CLIENT_CERT_HEADER.toLowerCase(),
    asking: new Slots(MAX_PENDING_UPGRADES),
    authenticate: deviceAuthenticator(client, AUTHENTICATE_TIMEOUT_MS),
    sessionPorts: {
      emit: (event, dialect, sequence, settled) => uplink.emit(event, dialect, sequence, settled),
      ask,
      signal: signalling({ bus, node, events: signalEvents }),
      left: (device, reason) => disconnects.report(device, reason),
      events: sessionEvents,
      sampler,
    },
    refused: ({ dialect }, reason) => connectionEvents.refused(dialect, reason),
    tally: ({ dialect }) => connectionEvents.tally(dialect),
    opened: ({ dialect }) => connectionEvents.opened(dialect),
    closed: ({ dialect }, reason) => connectionEvents.closed(dialect, reason),
  });
  observe(uplink, directory, {
    connections: config.EDGE_MAX_CONNECTIONS,
    bufferBytes: config.EDGE_BUFFER_BYTES,
  });

  // Stopped in reverse: sockets close first, what they leave behind is reported, then the connections below end.
  const runnables: Runnable[] = [
    busRunnable(bus),
    admissionRunnable(admission, () => client.close()),
    uplink.runnable(),
    disconnects.runnable(),
    leaseRunnable({ bus, node, boot, failed: (code) => presenceFailed('lease', code) }),
    seenRunnable({
      directory,
      everyMs: config.EDGE_SEEN_S * 1_000,
      send: (devices, atMs) => client.reportSeen({ node, boot, atMs, devices: [...devices] }),
      failed: (code) => presenceFailed('report_seen', code),
    }),
    deliverRunnable(bus, node, directory, commandTaken),
    socketsRunnable({
      listener,
      gate,
      directory,
      viewersShed: () => uplink.sheds('viewers'),
      pace: {
        delayMs: config.EDGE_DRAIN_DELAY_S * 1_000,
        returnsPerS: config.EDGE_DRAIN_PER_S,
        withinMs: config.EDGE_DRAIN_S * 1_000,
      },
    }),
  ];
  return {
    runnables,
    checks: {
      // Devices that are connected stay; new ones find another edge.
      nats: () => {
        if (!bus.connected) throw new Fault('unavailable', 'not connected');
      },
    },
  };
}

function admissionRunnable(admission: Admission, closeClient: () => void): Runnable {
  return {
    name: 'admission',
    run: async ({ signal, ready }) => {
      ready();
      await untilAborted(signal);
      admission.close();
      closeClient();
    },
  };
}

function list(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}
