// The registry's parts, and the order in which they start and stop.

import { registry } from '@mooring/proto';
import {
  type App,
  asFault,
  busRunnable,
  type Config,
  connectBus,
  every,
  Fault,
  grpcServer,
  poolRunnable,
  postgresPool,
  type Runnable,
  systemClock,
} from '@mooring/runtime';
import { passwords } from './accounts/passwords.js';
import { tokens } from './accounts/tokens.js';
import { Gatherer } from './admission/gatherer.js';
import { OpenStreams } from './admission/streams.js';
import { keyRequests } from './claims/key-requests.js';
import { commandEngine } from './commands/engine.js';
import type { config } from './config.js';
import { consumeAudit } from './consumers/audit-entry.js';
import { consumeFacts } from './consumers/facts.js';
import { normalizeEmail } from './domain/account.js';
import { events } from './events.js';
import { caCertificatesHandlers } from './grpc/ca-certificates.js';
import { claimsHandlers } from './grpc/claims.js';
import { commandHandlers } from './grpc/commands.js';
import type { Context } from './grpc/context.js';
import { grpcHandlers } from './grpc/index.js';
import { productHandlers } from './grpc/products.js';
import { scheduleHandlers } from './grpc/schedules.js';
import { standingOf } from './grpc/standing.js';
import { relay as relayOf } from './outbox/relay.js';
import { consoleRights } from './presence/console-rights.js';
import { notices as noticesOn } from './presence/notices.js';
import { revocations as revocationsOf } from './presence/revocations.js';
import { leaseSweep } from './presence/sweep.js';
import { signedClaims } from './proofs/signed-claims.js';
import { scheduleRunner } from './schedules/runner.js';
import { switchOnSchedule } from './store/desired.js';
import { admissionPool, commandPool, hotPool } from './store/hot-pool.js';
import { type Store, store as storeOn } from './store/index.js';

export { config } from './config.js';

type Values = typeof config extends Config<infer T> ? ReturnType<Config<T>['load']> : never;

const HOUR_MS = 60 * 60 * 1_000;

export async function app(values: Values): Promise<App & { readonly grpcPort: Promise<number> }> {
  const bus = await connectBus({ url: values.NATS_URL, name: 'registry' });
  const people = postgresPool(values.REGISTRY_POSTGRES_URL, {
    max: values.REGISTRY_POSTGRES_POOL,
    name: 'registry',
  });
  const admission = admissionPool(values.REGISTRY_POSTGRES_URL);
  const hot = hotPool(values.REGISTRY_POSTGRES_URL);
  const commands = commandPool(values.REGISTRY_POSTGRES_URL);
  const secret = Buffer.from(values.REGISTRY_SECRET, 'base64');
  const store = storeOn({ people, admission, hot, commands }, secret);

  const relay = relayOf(bus, store.outbox);
  const notices = noticesOn(bus);
  const revocations = revocationsOf({ revocations: store.revocations, notices });
  const rights = consoleRights({
    consoles: store.consoles,
    standing: (userId, apiKeyId) => standingOf({ store }, userId, apiKeyId),
    notices,
  });
  const gatherer = new Gatherer({ store, superseded: notices.superseded, committed: relay.poke });
  const streams = new OpenStreams();
  const signing = tokens({ secret, issuer: values.REGISTRY_ISSUER, keys: store.signingKeys });
  const operators = new Set(values.REGISTRY_OPERATORS.split(',').map(normalizeEmail).filter(Boolean));
  const engine = commandEngine(bus, store);
  const context: Context = {
    store,
    gatherer,
    streams,
    notices,
    tokens: signing,
    passwords: passwords(),
    proveByClaim: signedClaims({ store, clock: systemClock }),
    committed: relay.poke,
    withdrawn: revocations.poke,
    rightsChanged: rights.poke,
    commanded: engine.poke,
    secret,
    operators,
    openSignup: values.REGISTRY_OPEN_SIGNUP,
  };
  const server = grpcServer({
    host: values.REGISTRY_GRPC_HOST,
    port: values.REGISTRY_GRPC_PORT,
    services: [
      [registry.RegistryService, grpcHandlers(context)],
      [registry.CaCertificatesService, caCertificatesHandlers(context)],
      [registry.ClaimsService, claimsHandlers(context)],
      [registry.CommandsService, commandHandlers(context)],
      [registry.SchedulesService, scheduleHandlers(context)],
      [registry.ProductsService, productHandlers(context)],
    ],
  });
  return {
    grpcPort: server.port,
    runnables: [
      busRunnable(bus),
      poolRunnable(people),
      poolRunnable(admission),
      poolRunnable(hot),
      poolRunnable(commands),
      signing.runnable,
      relay.runnable,
      notices.runnable,
      revocations.runnable,
      rights.runnable,
      leaseSweep({ bus, sessions: store.sessions, consoles: store.consoles, committed: relay.poke }),
      housekeepingRunnable(store, values.REGISTRY_HISTORY_DAYS),
      consumeFacts(bus, store.facts),
      consumeAudit(bus, store.audit),
      ...engine.runnables(keyRequests(context)),
      scheduleRunner({
        schedules: store.schedules,
        switchDevice: switchOnSchedule(secret),
        clock: systemClock,
        commanded: engine.poke,
      }),
      gatherer,
      server,
      streams,
    ],
    checks: {
      postgres: () => store.check(),
      nats: () => {
        if (!bus.connected) throw new Fault('unavailable', 'not connected to NATS');
      },
    },
  };
}

function housekeepingRunnable(store: Store, historyDays: number): Runnable {
  return {
    name: 'housekeeping',
    async run({ signal, ready }) {
      ready();
      const attempt = async (): Promise<void> => {
        await store
          .housekeeping(historyDays, signal)
          .catch((error: unknown) => events.housekeepingFailed(asFault(error)));
      };
      await every(HOUR_MS, attempt, signal);
    },
  };
}
