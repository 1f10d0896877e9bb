// Asks every process of the platform how it is.
import { type Bus, Fault } from '@mooring/runtime';

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

/** The readiness URL of each part by its name. */
export type PartUrls = ReadonlyMap<string, string>;

// A part that takes longer is of no use to whoever waits for an answer.
const CHECK_MS = 2_000;

/** Reads `name=url,name=url`. Fault `invalid` names what it cannot read. */
export function partUrls(text: string): PartUrls {
  const pairs = text.split(',').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [, name = '', url = ''] = /^([a-z0-9-]{1,63})=(.+)$/.exec(pair) ?? [];
      if (!URL.canParse(url)) throw new Fault('invalid', `API_PARTS: ${pair} is not name=url`);
      return [name, url];
    }),
  );
}

/** Health of the given parts and of this process's own connection to the bus. */
export function healthOf(parts: PartUrls, bus: Pick<Bus, 'connected'>): Health {
  return {
    async report() {
      const asked = [...parts].map(async ([name, url]) => [name, await ask(url)] as const);
      const nats: PartHealth = bus.connected ? { state: 'ok' } : { state: 'down', detail: 'not connected' };
      const all = [...(await Promise.all(asked)), ['nats', nats] as const];
      const healthy = all.every(([, part]) => part.state === 'ok');
      return { state: healthy ? 'ok' : 'degraded', parts: Object.fromEntries(all) };
    },
  };
}

async function ask(url: string): Promise<PartHealth> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(CHECK_MS) });
    if (response.ok) return { state: 'ok' };
    return { state: 'down', detail: failing(await response.json()) };
  } catch {
    // A message would hold an address; that nobody answers is all there is to know.
    return { state: 'down', detail: 'no answer' };
  }
}

/** The names of the checks that fail, out of what /readyz answers. */
function failing(body: unknown): string {
  const { state = 'unready', checks = {} } = (body ?? {}) as {
    state?: string;
    checks?: Readonly<Record<string, { state?: string }>>;
  };
  const names = Object.entries(checks).flatMap(([name, check]) => (check.state === 'ok' ? [] : [name]));
  return names.length === 0 ? state : names.join(', ');
}
