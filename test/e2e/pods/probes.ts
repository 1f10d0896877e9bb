// Asks a container whether it has started, is ready, is alive, by the probe and the patience that its manifest gives.
import { connect } from 'node:net';
import { sleep } from '@mooring/runtime';
import type { IContainer, IProbe } from 'kubernetes-models/v1';

export interface Probed {
  readonly name: string;
  readonly address: string;
  readonly container: IContainer;
  /** Exit code of a command in the container. */
  exec(command: readonly string[], timeoutMs: number): Promise<number>;
  /** Why it ended, once it has. */
  readonly ended: string | undefined;
}

/** Resolves when the start-up probe and then the readiness probe have succeeded. Throws when either runs out of patience. */
export async function becomesReady(pod: Probed): Promise<void> {
  const { startupProbe, readinessProbe, livenessProbe } = pod.container;
  await succeeds(pod, startupProbe, 'start', startupProbe?.failureThreshold ?? 3);
  // Not ready costs a pod nothing but its traffic; a minute of it costs the test.
  await succeeds(pod, readinessProbe, 'become ready', Math.ceil(60 / (readinessProbe?.periodSeconds ?? 10)));
  await succeeds(pod, livenessProbe, 'live', livenessProbe?.failureThreshold ?? 3);
}

async function succeeds(
  pod: Probed,
  probe: IProbe | undefined,
  what: string,
  attempts: number,
): Promise<void> {
  if (probe === undefined) throw new TypeError(`${pod.name} has no probe by which it could ${what}`);
  const { periodSeconds = 10, timeoutSeconds = 1 } = probe;
  const untilMs = Date.now() + attempts * periodSeconds * 1_000;
  let last = 'was not asked';
  while (Date.now() < untilMs) {
    if (pod.ended !== undefined) throw new Error(`${pod.name} ended before it could ${what}: ${pod.ended}`);
    last = await ask(pod, probe, timeoutSeconds * 1_000);
    if (last === '') return;
    // More often than the manifest says, within the same time: the test need not wait for it.
    await sleep(250);
  }
  throw new Error(`${pod.name} did not ${what} in ${attempts} × ${periodSeconds} s: ${last}`);
}

/** Empty when the probe succeeds, else what was wrong. */
async function ask(pod: Probed, { httpGet, tcpSocket, exec }: IProbe, timeoutMs: number): Promise<string> {
  if (exec) {
    const code = await pod.exec(exec.command ?? [], timeoutMs);
    return code === 0 ? '' : `${exec.command?.[0]} ended with ${code}`;
  }
  if (tcpSocket) return takes(pod.address, portOf(pod.container, tcpSocket.port), timeoutMs);
  if (httpGet === undefined) return 'its kind is not known here';
  try {
    const url = `http://${pod.address}:${portOf(pod.container, httpGet.port)}${httpGet.path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    return response.ok ? '' : `${response.status} ${(await response.text()).slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  }
}

/** The number of a port that is given by number or by name. */
export function portOf(container: IContainer, port: string | number): number {
  if (typeof port === 'number') return port;
  const found = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (found === undefined) throw new TypeError(`${container.name} has no port ${port}`);
  return found;
}

function takes(host: string, port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const say = (what: string): void => {
      socket.destroy();
      resolve(what);
    };
    socket.once('connect', () => say(''));
    socket.once('timeout', () => say('timed out'));
    socket.once('error', (error) => say(error.message));
  });
}
