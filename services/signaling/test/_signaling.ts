// Signaling on a real NATS and Postgres, in as many replicas as a test wants, with edges and a registry to speak to.
import { fileURLToPath } from 'node:url';
import { eventually, freePorts, type RunningApp, runApp, testNats, testPostgres } from '@mooring/harness';
import { device, live, type bus as messages, signaling, streams } from '@mooring/proto';
import { applyStreams, connectBus, grpcClient, migrateDeploy, postgresPool, uuidv7 } from '@mooring/runtime';
import { app, config } from '../src/app.js';
import { TestEdge } from './_edge.js';
import { RegistryPeer, type TestCamera } from './_registry.js';

export type TestSignaling = Awaited<ReturnType<typeof startSignaling>>;

export const USER = '018f0000-0000-7000-8000-00000000000a';

/** So that a test need not wait for what takes seconds. */
const RIGHTS_MS = 300;
const migrations = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** Everything that `stop` takes down again. `settings` override the config; waits are short where a test sets them. */
export async function startSignaling(settings: Record<string, string> = {}) {
  const [nats, postgres] = await Promise.all([testNats(), testPostgres()]);
  await applyStreams(nats.url, streams);
  const url = postgres.url('signaling');
  await migrateDeploy(url, migrations);
  const [registryPort = 0, ...ports] = await freePorts(4);
  const registry = new RegistryPeer();
  const peer = await runApp({ runnables: [registry.runnable(registryPort)] });
  const env = {
    NATS_URL: nats.url,
    SIGNALING_POSTGRES_URL: url,
    SIGNALING_REGISTRY_ADDRESS: `127.0.0.1:${registryPort}`,
    SIGNALING_STUN_URLS: 'stun:stun.example.test',
    SIGNALING_TURN_URLS: 'turn:turn.example.test',
    SIGNALING_TURN_SECRETS: 'north-test-secret,former-secret',
    ...settings,
  };
  const start = async (port: number): Promise<RunningApp> =>
    runApp(await app(config.load({ ...env, SIGNALING_GRPC_PORT: String(port) }), { rightsMs: RIGHTS_MS }));
  const [firstPort = 0, ...more] = ports;
  const replicas: (RunningApp | undefined)[] = [await start(firstPort)];
  const edges = [await TestEdge.start(nats.url, 'edge-1'), await TestEdge.start(nats.url, 'edge-2')];
  const [viewers, cameras] = edges as [TestEdge, TestEdge];
  const observer = await connectBus({ url: nats.url, name: 'observer' });
  const organization = uuidv7();
  const shown: messages.LiveWatch[] = [];
  observer.subscribe(live.event, { organization }, ({ event }) => {
    if (event?.$case === 'watch') shown.push(event.value);
  });
  await observer.flush();
  const client = grpcClient(signaling.SignalingClient, `127.0.0.1:${firstPort}`);
  const sql = postgresPool(url, { max: 4, name: 'test' });

  const signalingService = {
    ...{ nats, postgres, registry, observer, client, sql, organization, shown },
    /** The edge that viewers are at, and the one that cameras are at. */
    viewers,
    cameras,
    camera: (node = 'edge-2'): TestCamera => registry.camera(node, organization),
    async query<R extends object>(text: string, ...values: unknown[]): Promise<R[]> {
      return (await sql.query<R>(text, values)).rows;
    },
    /** Starts one more replica and answers how to stop it. */
    async replicate(): Promise<() => Promise<void>> {
      const index = replicas.push(await start(more.shift() ?? 0)) - 1;
      return () => signalingService.stopReplica(index);
    },
    async stopReplica(index = 0): Promise<void> {
      const running = replicas[index];
      replicas[index] = undefined;
      await running?.stop();
    },
    /** A session that is made, with the ends that it has. */
    async watch(camera: TestCamera, viewer = viewers.viewer(), person = { userId: USER, apiKeyId: '' }) {
      const reply = await viewers.watch({ person, device: camera.identifier, viewer });
      return { id: reply.sessionId, viewer, camera, reply };
    },
    /** Waits until a session is in that state, and for that reason. */
    async until(id: string, state: string, reason = ''): Promise<signaling.WatchSession> {
      const organizationIds = [organization];
      return eventually(
        async () => {
          const { session } = await client.getWatchSession({ organizationIds, id });
          return session?.state === state && session.reason === reason && session;
        },
        { what: `session ${state} ${reason}`, withinMs: 15_000 },
      );
    },
    /** Waits until that has been told, in whatever order. */
    async untilTold(edge: TestEdge, connectionId: string, id: string, ...kinds: readonly string[]) {
      await eventually(() => kinds.every((kind) => edge.told(connectionId, id).includes(kind)), {
        what: `${kinds.join()} at ${edge.node}`,
      });
    },
    disconnected: (camera: TestCamera, epoch = camera.epoch) =>
      observer.persist(
        device.disconnected,
        { device: camera.deviceId },
        { ...eventOf(camera), epoch, reason: 'closed', atMs: Date.now() },
        { id: uuidv7() },
      ),
    /** The camera is on another connection of the next epoch, as the registry says it. */
    async reconnected(camera: TestCamera): Promise<void> {
      camera.epoch += 1n;
      camera.connectionId = uuidv7();
      const { node, connectionId, epoch } = camera;
      const event = { ...eventOf(camera), node, connectionId, epoch, atMs: Date.now() };
      await observer.persist(device.connected, { device: camera.deviceId }, event, { id: uuidv7() });
    },
    async stop(): Promise<void> {
      client.close();
      await Promise.all(replicas.map((each) => each?.stop()));
      await Promise.all([...edges.map((edge) => edge.bus.close()), observer.close(), peer.stop()]);
      await sql.end();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
  return signalingService;
}

function eventOf({ deviceId, number, organizationId, identifier }: TestCamera) {
  return { deviceId, deviceNumber: number, organizationId, dialect: 'camera', identifier };
}
