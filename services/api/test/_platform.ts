// The API on a real bus, in front of services that answer what a test tells them to.
import { runApp, type TestNats, testNats } from '@mooring/harness';
import { type Bus, connectBus } from '@mooring/runtime';
import { app } from '../src/app.js';
import { config } from '../src/config.js';
import { type Answers, startPeers } from './_peers.js';

export interface Platform {
  readonly base: string;
  readonly nats: TestNats;
  /** A connection of the test's own. */
  readonly bus: Bus;
  /** Stops the service of that variable, such as API_REGISTRY_ADDRESS. */
  stopPeer(variable: string): Promise<void>;
  /** Stops the API alone. */
  stopApi(): Promise<void>;
  stop(): Promise<void>;
}

export async function platform(
  answers: Answers,
  env: Readonly<Record<string, string>> = {},
): Promise<Platform> {
  const [nats, peers] = await Promise.all([testNats(), startPeers(answers)]);
  const addresses = Object.fromEntries(peers.map(({ variable, address }) => [variable, address]));
  const local = { NATS_URL: nats.url, API_HOST: '127.0.0.1', API_PORT: '0' };
  const api = await app(config.load({ ...local, ...addresses, ...env }));
  const running = await runApp(api);
  const bus = await connectBus({ url: nats.url, name: 'test' });
  let apiRuns = true;
  const stopApi = async () => {
    if (apiRuns) await running.stop();
    apiRuns = false;
  };
  return {
    base: `http://127.0.0.1:${await api.http.port}`,
    nats,
    bus,
    stopPeer: async (variable) => {
      await peers.find((peer) => peer.variable === variable)?.stop();
    },
    stopApi,
    stop: async () => {
      await bus.close();
      await stopApi();
      await Promise.all(peers.map((peer) => peer.stop()));
      await nats.stop();
    },
  };
}
