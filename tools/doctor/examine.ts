// What the doctor looks at, in which order, and what is not worth looking at when something before is wrong.
import { sleep } from '@mooring/runtime';
import { type Api, apiClient, asked, bodyOf } from './api.js';
import { opens } from './door.js';
import { Complaint, type Finding, finding } from './findings.js';
import { admitted, type Dialect, dialects, discharge, doorOf, type Patient } from './patients.js';
import { newTrace, traceArrived } from './trace.js';

export interface DoctorOptions {
  /** The API, without a path. */
  readonly url: string;
  /** Where devices connect: `ws://host:port`. */
  readonly edge: string;
  /** Of an operator. Without it nothing is enrolled: only doors are tried. */
  readonly token?: string;
  /** The query address of Jaeger or Tempo. */
  readonly traces?: string;
  /** How long a trace may take to arrive: a collector with tail sampling decides after some seconds. */
  readonly traceWithinS: number;
}

const STORED_WITHIN_MS = 20_000;
const SWITCHED_WITHIN_MS = 20_000;
const LOOK_MS = 250;

/** Looks at everything, tells each finding as soon as it is known, and leaves nothing behind. */
export async function examine(
  options: DoctorOptions,
  tell: (found: Finding) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const found = (one: Finding): Finding => {
    findings.push(one);
    tell(one);
    return one;
  };
  const look = async (what: string, how: () => Promise<string>): Promise<boolean> =>
    found(await finding({ what, look: how })).state === 'well';
  const pass = (what: string, says: string): Finding => found({ what, state: 'unknown', says });

  const { url, edge, token, traces, traceWithinS } = options;
  const api = apiClient(url, token);
  /** Waiting for each further thing would take as long again. */
  const silent = (): boolean =>
    findings.at(-1)?.says.includes(`${new URL(url).origin} does not answer`) ?? false;
  const answers = await look('the API', () => health(url));
  if (token === undefined) {
    for (const dialect of dialects) await look(`a door for ${dialect}`, () => opens(doorOf(edge, dialect)));
    pass('devices, readings and commands', 'not tried, as there is no --token');
    return findings;
  }
  if (!answers && silent()) {
    pass('everything else', 'not tried, as it needs the API');
    return findings;
  }
  if (!(await look('the token', () => who(api)))) {
    pass('devices, readings and commands', 'not tried, as they need a token that is valid');
    return findings;
  }
  // No network is kept from this dialect, as its devices have credentials.
  if (!(await look('the edge', () => opens(doorOf(edge, 'nerveshub'))))) {
    pass('devices, readings and commands', 'not tried, as they need an edge that takes connections');
    return findings;
  }
  const made = new Set<string>();
  const patients = new Map<Dialect, Patient>();
  try {
    for (const dialect of dialects) {
      await look(`a ${dialect} device`, async () => {
        const startMs = Date.now();
        patients.set(dialect, await admitted(api, edge, dialect, made));
        return `is online ${Date.now() - startMs} ms after it was enrolled`;
      });
      if (silent()) {
        pass('everything else', 'not tried, as the API has stopped answering');
        return findings;
      }
    }
    const plug = patients.get('kinetid');
    if (plug === undefined) {
      pass('a reading, a command and their trace', 'not tried, as they need the kinetid device');
      return findings;
    }
    await look('a reading', () => stored(api, plug));
    const trace = newTrace();
    const switched = await look('a command', () => command(api, plug, trace.header));
    if (traces === undefined) pass('a trace', 'not looked for, as there is no --traces');
    else if (switched) await look('a trace', () => traceArrived(traces, trace.id, traceWithinS));
    else pass('a trace', 'not looked for, as the command came to nothing');
    return findings;
  } finally {
    await Promise.all([...patients.values()].map((patient) => patient.close()));
    const left = await discharge(api, made);
    if (left.length > 0)
      found({
        what: 'cleaning up',
        state: 'wrong',
        says: `delete these devices by hand: ${left.join('; ')}`,
      });
  }
}

async function health(url: string): Promise<string> {
  const startMs = Date.now();
  const response = await asked(`${url}/healthz`);
  const tookMs = Date.now() - startMs;
  const text = await bodyOf(response);
  let parts: Readonly<Record<string, { state: string; detail?: string }>>;
  try {
    parts = JSON.parse(text).parts ?? {};
  } catch {
    throw new Complaint(`${url}/healthz is answered ${response.status} by something that is not the API`);
  }
  const down = Object.entries(parts).filter(([, { state }]) => state !== 'ok');
  if (down.length > 0)
    throw new Complaint(
      `it answers, and says that ${down.map(([name, { detail = 'no reason given' }]) => `${name} is down (${detail})`).join(', ')}: ${down.length > 1 ? 'begin with what they share, Postgres and NATS; then ' : ''}look at the log and /readyz of each`,
    );
  if (!response.ok) throw new Complaint(`${url}/healthz is answered ${response.status}`);
  return `answers in ${tookMs} ms, all ${Object.keys(parts).length} parts are well`;
}

async function who(api: Api): Promise<string> {
  await api.call('GET', '/v1/me');
  return 'is valid';
}

async function stored(api: Api, plug: Patient): Promise<string> {
  const startMs = Date.now();
  plug.report();
  await until(STORED_WITHIN_MS, async () => {
    const { items } = await api.call<{ items: unknown[] }>('GET', `/v1/devices/${plug.id}/readings/latest`);
    return items.length > 0;
  }).catch(() => {
    throw new Complaint(
      `the device reported, and nothing was stored within ${STORED_WITHIN_MS / 1000} s: look at telemetry (is it ready, how far is \`telemetry-readings\` behind?) and at NATS`,
    );
  });
  return `is stored and readable ${Date.now() - startMs} ms after it was sent`;
}

async function command(api: Api, plug: Patient, traceparent: string): Promise<string> {
  const startMs = Date.now();
  const { id } = await api.call<{ id: string }>(
    'POST',
    `/v1/devices/${plug.id}/commands`,
    { type: 'switch', on: false },
    { traceparent },
  );
  let state = 'not taken';
  await until(SWITCHED_WITHIN_MS, async () => {
    ({ state } = await api.call<{ state: string }>('GET', `/v1/commands/${id}`));
    return state === 'succeeded';
  }).catch(() => {
    throw new Complaint(
      plug.switches() > 0
        ? `it reached the device, and is ${state} since: the device’s answer was not heard (\`registry-control\`)`
        : `it is ${state} and did not reach the device: look at NATS, at the registry’s log and at the edge that has the device`,
    );
  });
  return `reached the device and was answered within ${Date.now() - startMs} ms`;
}

async function until(withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const limit = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Complaint('too late');
    await sleep(LOOK_MS);
  }
}
