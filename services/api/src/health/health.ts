// Asks every part that the API stands on how it is.
import { asFault, type Bus, Fault, type HealthClient } from '@mooring/runtime';

/** How a part is; `detail` says what is wrong. */
export interface PartHealth {
  readonly state: 'ok' | 'down';
  readonly detail?: string;
}

/** How everything is, part by part. */
export interface HealthReport {
  readonly state: 'ok' | 'degraded';
  readonly parts: Readonly<Record<string, PartHealth>>;
}

/** Reports at any time; never throws. */
export interface Health {
  report(): Promise<HealthReport>;
}

// A part that takes longer is of no use to whoever waits for an answer.
const CHECK_MS = 1_000;

/** Health of the services behind the clients, and of the bus. */
export function healthOf(
  clients: Readonly<Record<string, HealthClient>>,
  bus: Pick<Bus, 'connected'>,
): Health {
  const questions: [string, () => Promise<void>][] = Object.entries(clients).map(([name, client]) => [
    name,
    () => client.check(CHECK_MS),
  ]);
  questions.push(['nats', async () => connected(bus)]);
  return {
    async report() {
      const parts = await Promise.all(
        questions.map(async ([name, ask]) => [name, await ask().then(ok, down)] as const),
      );
      const healthy = parts.every(([, part]) => part.state === 'ok');
      return { state: healthy ? 'ok' : 'degraded', parts: Object.fromEntries(parts) };
    },
  };
}

function connected(bus: Pick<Bus, 'connected'>): void {
  if (!bus.connected) throw new Fault('unavailable', 'not connected');
}

function ok(): PartHealth {
  return { state: 'ok' };
}

// The code alone: a message may hold an address.
function down(error: unknown): PartHealth {
  return { state: 'down', detail: asFault(error).code };
}
