// One registry against real Postgres and NATS, in the test's own process, with what a test needs to look at it.
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type RunningApp, runApp, testNats, testPostgres } from '@mooring/harness';
import { edge, edgeLease, type bus as messages, registry, streams } from '@mooring/proto';
import { app, config } from '@mooring/registry';
import {
  applyStreams,
  type Bus,
  connectBus,
  every,
  type GrpcClient,
  grpcClient,
  migrateDeploy,
  postgresPool,
} from '@mooring/runtime';
import { AdmitClient } from './_admit.js';

type Client = GrpcClient<registry.RegistryClient>;

export type TestRegistry = Awaited<ReturnType<typeof startRegistry>>;

/** Everything that `stop` takes down again. `settings` override the config. */
export async function startRegistry(settings: Record<string, string> = {}) {
  const [postgres, nats] = await Promise.all([testPostgres(), testNats()]);
  const url = postgres.url('registry');
  await migrateDeploy(url, fileURLToPath(new URL('../prisma/migrations', import.meta.url)));
  await applyStreams(nats.url, streams);
  const secret = randomBytes(32).toString('base64');
  const env = {
    NATS_URL: nats.url,
    REGISTRY_POSTGRES_URL: url,
    REGISTRY_GRPC_HOST: '127.0.0.1',
    REGISTRY_GRPC_PORT: '0',
    REGISTRY_SECRET: secret,
    ...settings,
  };
  const replica = await startReplica(env);
  const bus = await connectBus({ url: nats.url, name: 'test' });
  const sql = postgresPool(url, { max: 4, name: 'test' });
  const leases = new AbortController();
  const { released } = await holdLeases(bus, { 'edge-1': 'boot-1', 'edge-2': 'boot-1' }, leases.signal);
  return {
    ...replica,
    postgres,
    nats,
    bus,
    /** Rows of a statement. */
    query: async <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
      (await sql.query<R>(text, values)).rows,
    /** Another replica on the same database and bus. */
    startReplica: () => startReplica(env),
    /** Stops the first replica alone. */
    stopReplica: () => replica.stop(),
    async stop(): Promise<void> {
      await replica.stop();
      leases.abort();
      await released;
      await bus.close();
      await sql.end();
      await Promise.all([postgres.stop(), nats.stop()]);
    },
  };
}

/** Holds leases as edges do, until the signal aborts. */
async function holdLeases(
  bus: Bus,
  leases: Record<string, string>,
  signal: AbortSignal,
): Promise<{ readonly released: Promise<void> }> {
  const lease = await bus.lease(edgeLease.bucket, edgeLease.ttlMs);
  const put = async (): Promise<void> => {
    await Promise.allSettled(Object.entries(leases).map(([node, boot]) => lease.put(node, boot)));
  };
  await put();
  return { released: every(edgeLease.renewMs, put, signal) };
}

export interface Replica {
  readonly client: Client;
  readonly authorities: GrpcClient<registry.CaCertificatesClient>;
  readonly claims: GrpcClient<registry.ClaimsClient>;
  readonly commands: GrpcClient<registry.CommandsClient>;
  readonly schedules: GrpcClient<registry.SchedulesClient>;
  readonly products: GrpcClient<registry.ProductsClient>;
  readonly admit: AdmitClient;
  stop(): Promise<void>;
}

async function startReplica(env: Record<string, string>): Promise<Replica> {
  const parts = await app(config.load(env));
  const running: RunningApp = await runApp(parts);
  const address = `127.0.0.1:${await parts.grpcPort}`;
  const client = grpcClient(registry.RegistryClient, address);
  const authorities = grpcClient(registry.CaCertificatesClient, address);
  const claims = grpcClient(registry.ClaimsClient, address);
  const commands = grpcClient(registry.CommandsClient, address);
  const schedules = grpcClient(registry.SchedulesClient, address);
  const products = grpcClient(registry.ProductsClient, address);
  const admit = new AdmitClient(client.admit());
  let stopped = false;
  return {
    client,
    authorities,
    claims,
    commands,
    schedules,
    products,
    admit,
    /** The second time does nothing. */
    async stop() {
      if (stopped) return;
      stopped = true;
      admit.close();
      client.close();
      authorities.close();
      claims.close();
      commands.close();
      schedules.close();
      products.close();
      await running.stop();
    },
  };
}

/** A new account, with the principal that it authenticates as. */
export async function newAccount(client: Client, email = `${randomUUID()}@example.com`) {
  const password = 'correct horse battery';
  const { token, user, organization } = await client.registerAccount({ email, password, name: '' });
  const principal = await principalOf(client, token);
  if (user === undefined || organization === undefined) throw new Error('no user or organization');
  return { email, password, token, user, organization, principal };
}

export async function principalOf(client: Client, token: string): Promise<registry.Principal> {
  const { principal } = await client.authenticate({ token });
  if (principal === undefined) throw new Error('no principal');
  return principal;
}

/** A device enrolled by somebody. */
export async function enrol(
  client: Client,
  principal: registry.Principal,
  fields: Partial<registry.CreateDeviceRequest> = {},
): Promise<registry.Device> {
  const request = { principal, dialect: 'camera', identifier: randomUUID(), ...fields };
  const { device } = await client.createDevice(registry.CreateDeviceRequest.fromPartial(request));
  if (device === undefined) throw new Error('no device');
  return device;
}

/** The code with which a call fails; `ok` when it does not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: unknown) => String((error as { code?: unknown }).code),
  );
}

/** Answers for an edge node and keeps what it was told. */
export async function listenAsEdge(bus: Bus, node: string): Promise<messages.Delivery[]> {
  const deliveries: messages.Delivery[] = [];
  bus.respond(edge.deliver, { node }, (delivery) => {
    deliveries.push(delivery);
    return { delivered: true };
  });
  await bus.flush();
  return deliveries;
}
