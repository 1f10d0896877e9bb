// One edge inside the test's process, on a real NATS, with a registry peer that admits by rule.

import { freePorts, type RunningApp, runApp, type TestNats, testNats } from '@mooring/harness';
import {
  type bus,
  deviceStream,
  edge as edgeSubjects,
  registry,
  streams,
  telemetryStream,
  uplink,
} from '@mooring/proto';
import {
  applyStreams,
  type Bus,
  connectBus,
  consume,
  type Delivery,
  Fault,
  grpcServer,
  unary,
} from '@mooring/runtime';
import { app } from '../src/app.js';
import { config } from '../src/config.js';

/** What the registry peer was told. */
export class RegistryPeer {
  readonly admitted: registry.AdmitRequest[] = [];
  readonly disconnected: registry.Disconnection[] = [];
  readonly seen: registry.SeenDevice[] = [];
  /** Decides on an identifier; undefined admits it. */
  refuse: (request: registry.AdmitRequest) => registry.Refused | undefined = () => undefined;
  readonly presented: registry.AuthenticateDeviceRequest[] = [];
  /** What evidence comes to; the fault of the code that it throws. */
  prove: (request: registry.AuthenticateDeviceRequest) => registry.AuthenticateDeviceResponse = () => ({
    identifier: '',
    credentialId: '',
  });
  /** Consoles that were asked for. */
  readonly consoles: registry.OpenConsoleRequest[] = [];
  /** Decides on a console; undefined opens it. */
  refuseConsole: (request: registry.OpenConsoleRequest) => Fault | undefined = () => undefined;
  /** Answers wait for this. */
  hold: Promise<void> = Promise.resolve();
  readonly #numbers = new Map<string, bigint>();
  readonly #epochs = new Map<string, bigint>();

  number(identifier: string): bigint {
    const known = this.#numbers.get(identifier) ?? BigInt(this.#numbers.size + 1);
    this.#numbers.set(identifier, known);
    return known;
  }

  epoch(identifier: string): bigint {
    return this.#epochs.get(identifier) ?? 0n;
  }

  admit(request: registry.AdmitRequest): registry.AdmitResponse {
    this.admitted.push(request);
    const { correlation, identifier } = request;
    const refused = this.refuse(request);
    if (refused !== undefined) return { correlation, outcome: { $case: 'refused', value: refused } };
    const epoch = this.epoch(identifier) + 1n;
    this.#epochs.set(identifier, epoch);
    const device = { deviceId: `id-of-${identifier}`, deviceNumber: this.number(identifier), epoch };
    const value = { ...device, organizationId: 'organization-1', timeZone: 'Europe/Sofia' };
    return { correlation, outcome: { $case: 'admitted', value } };
  }

  openConsole(request: registry.OpenConsoleRequest): registry.OpenConsoleResponse {
    this.consoles.push(request);
    const refused = this.refuseConsole(request);
    if (refused !== undefined) throw refused;
    const { name, userId: actor } = request;
    const admitted = this.admitted.findLast(({ identifier }) => identifier === name);
    if (admitted === undefined) throw new Fault('not_found', 'no such device');
    const { node, connectionId } = admitted;
    const place = {
      online: true,
      node,
      connectionId,
      epoch: this.epoch(name),
      deviceNumber: this.number(name),
    };
    return { deviceId: `id-of-${name}`, organizationId: 'organization-1', place, actor };
  }

  runnable(port: number) {
    const implementation = {
      admit: (call: Parameters<registry.RegistryServer['admit']>[0]) => {
        call.on('data', (request: registry.AdmitRequest) => {
          void this.hold.then(() => call.write(this.admit(request)));
        });
        call.on('end', () => call.end());
      },
      authenticateDevice: unary(async (request: registry.AuthenticateDeviceRequest) => {
        this.presented.push(request);
        await this.hold;
        return this.prove(request);
      }),
      openConsole: unary(async (request: registry.OpenConsoleRequest) => this.openConsole(request)),
      reportDisconnected: unary(async (request: registry.ReportDisconnectedRequest) => {
        this.disconnected.push(...request.disconnections);
        return {};
      }),
      reportSeen: unary(async (request: registry.ReportSeenRequest) => {
        this.seen.push(...request.devices);
        return {};
      }),
      authenticate: unary(
        async ({ token }: registry.AuthenticateRequest): Promise<registry.AuthenticateResponse> => {
          const principal = {
            userId: token.replace('token-of-', ''),
            apiKeyId: '',
            memberships: [],
            scopes: [],
          };
          return token.startsWith('token-of-')
            ? { principal: { ...principal, platformOperator: false } }
            : {};
        },
      ),
    };
    return grpcServer({ host: '127.0.0.1', port, services: [[registry.RegistryService, implementation]] });
  }
}

export interface TestEdge {
  readonly url: string;
  readonly extraUrl: string;
  readonly registry: RegistryPeer;
  readonly registryAddress: string;
  readonly nats: TestNats;
  readonly bus: Bus;
  /** Readings that JetStream holds, in order of arrival. */
  readonly readings: { metric: string; value: number; identifier: string; sequence: number }[];
  readonly logs: { name: string; message: string; identifier: string }[];
  /** Answers to commands and hellos that JetStream holds, in order of arrival. */
  readonly controls: { identifier: string; content: bus.ControlRecord['content'] }[];
  /** Delivers to the newest connection on which the device was admitted. */
  request(
    identifier: string,
    epoch: bigint,
    content: NonNullable<bus.Delivery['content']>,
  ): Promise<bus.DeliveryReply>;
  /** Whether it was delivered. */
  deliver(identifier: string, epoch: bigint, content: NonNullable<bus.Delivery['content']>): Promise<boolean>;
  stopEdge(): Promise<void>;
  stopRegistry(): Promise<void>;
  stop(): Promise<void>;
}

const NODE = 'edge-test';

export async function startEdge(env: Record<string, string> = {}): Promise<TestEdge> {
  const nats = await testNats();
  await applyStreams(nats.url, streams);
  const [grpcPort = 0, port = 0, extraPort = 0] = await freePorts(3);
  const peer = new RegistryPeer();
  const peerApp = await runApp({ runnables: [peer.runnable(grpcPort)] });
  const running = await run(nats, `127.0.0.1:${grpcPort}`, {
    EDGE_NODE: NODE,
    EDGE_PORT: String(port),
    EDGE_EXTRA_PORTS: String(extraPort),
    ...env,
  });
  const observer = await connectBus({ url: nats.url, name: 'observer' });
  const { readings, logs, controls, collecting } = await collect(observer);
  const connectionOf = (identifier: string): string =>
    peer.admitted.findLast((request) => request.identifier === identifier)?.connectionId ?? '';
  let edgeStopped: Promise<void> | undefined;
  const stopEdge = (): Promise<void> => (edgeStopped ??= running.stop());
  const request: TestEdge['request'] = (identifier, epoch, content) => {
    const delivery = {
      connectionId: connectionOf(identifier),
      deviceNumber: peer.number(identifier),
      epoch,
      content,
    };
    return observer.request(edgeSubjects.deliver, { node: NODE }, delivery, 2_000);
  };
  return {
    url: `ws://127.0.0.1:${port}`,
    extraUrl: `ws://127.0.0.1:${extraPort}`,
    registry: peer,
    registryAddress: `127.0.0.1:${grpcPort}`,
    nats,
    bus: observer,
    readings,
    logs,
    controls,
    stopEdge,
    stopRegistry: peerApp.stop,
    request,
    deliver: async (identifier, epoch, content) => (await request(identifier, epoch, content)).delivered,
    async stop() {
      await stopEdge();
      await collecting.stop();
      await peerApp.stop();
      await observer.close();
      await nats.stop();
    },
  };
}

async function run(
  nats: TestNats,
  registryAddress: string,
  env: Record<string, string>,
): Promise<RunningApp> {
  const values = config.load({
    NATS_URL: nats.url,
    EDGE_HOST: '127.0.0.1',
    EDGE_REGISTRY_ADDRESS: registryAddress,
    EDGE_DEVICE_AUTH: 'open',
    EDGE_DRAIN_S: '0.2',
    ...env,
  });
  return runApp(await app(values));
}

/** A second edge on the same bus and registry. */
export async function startBeside(edge: TestEdge): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const [port = 0] = await freePorts(1);
  const env = { EDGE_NODE: 'edge-beside', EDGE_PORT: String(port) };
  const running = await run(edge.nats, edge.registryAddress, env);
  return { url: `ws://127.0.0.1:${port}`, stop: () => running.stop() };
}

async function collect(observer: Bus) {
  const readings: TestEdge['readings'] = [];
  const logs: TestEdge['logs'] = [];
  const controls: TestEdge['controls'] = [];
  const pulling = { ackWaitMs: 30_000, maxAckPending: 1_000 };
  const durable = { stream: telemetryStream, ...pulling };
  const onReadings = async (deliveries: readonly Delivery<bus.ReadingBatch>[]): Promise<void> => {
    for (const { message } of deliveries) {
      message.value.forEach((value, index) => {
        const source = message.sources[message.source[index] ?? 0];
        const identifier = source?.deviceId.replace('id-of-', '') ?? '';
        const metric = message.metrics[message.metric[index] ?? 0] ?? '';
        readings.push({ metric, value, identifier, sequence: message.sequence[index] ?? 0 });
      });
    }
  };
  const onLogs = async (deliveries: readonly Delivery<bus.LogBatch>[]): Promise<void> => {
    for (const { message } of deliveries) {
      for (const { name, message: text, source } of message.records)
        logs.push({
          name,
          message: text,
          identifier: message.sources[source]?.deviceId.replace('id-of-', '') ?? '',
        });
    }
  };
  const onControl = async (deliveries: readonly Delivery<bus.ControlBatch>[]): Promise<void> => {
    for (const { message } of deliveries) {
      for (const { source, content } of message.records)
        controls.push({
          identifier: message.sources[source]?.deviceId.replace('id-of-', '') ?? '',
          content,
        });
    }
  };
  const collecting: RunningApp = await runApp({
    runnables: [
      consume(observer, { ...durable, name: 'test-readings', subject: uplink.reading }, onReadings, {
        maxMessages: 100,
      }),
      consume(observer, { ...durable, name: 'test-log', subject: uplink.log }, onLogs, { maxMessages: 100 }),
      consume(
        observer,
        { ...pulling, stream: deviceStream, name: 'test-control', subject: uplink.control },
        onControl,
        { maxMessages: 100 },
      ),
    ],
  });
  return { readings, logs, controls, collecting };
}
