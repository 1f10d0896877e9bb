// The network of one node: a switch in a namespace of its own, a cable to this machine, and one address per pod.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { must } from './sandbox.js';

/** What holds the namespaces of a pod for as long as the pod lives, as the pause container does. */
export interface Sandbox {
  readonly hostname: string;
  readonly address: string;
  /** Of the process whose namespaces they are. */
  readonly pid: number;
  remove(): void;
}

export class ClusterNetwork {
  /** Where kubelet, name server and published ports are: this machine, seen by pods. */
  readonly gateway: string;
  readonly #node: ChildProcess;
  readonly #link: string;
  readonly #prefix: string;
  #pods = 0;

  private constructor(node: ChildProcess, prefix: string) {
    this.#node = node;
    this.#prefix = prefix;
    this.gateway = `${prefix}.1`;
    this.#link = `mooring${node.pid}`.slice(0, 15);
  }

  static async open(): Promise<ClusterNetwork> {
    const network = new ClusterNetwork(await hold('node'), freePrefix());
    const pid = String(network.#node.pid);
    must('nsenter', '-t', pid, '-n', 'sh', '-c', 'ip link add br0 type bridge && ip link set br0 up');
    must('ip', 'link', 'add', network.#link, 'type', 'veth', 'peer', 'name', 'up0', 'netns', pid);
    must('ip', 'address', 'add', `${network.gateway}/24`, 'dev', network.#link);
    must('ip', 'link', 'set', network.#link, 'up');
    must('nsenter', '-t', pid, '-n', 'ip', 'link', 'set', 'up0', 'master', 'br0', 'up');
    return network;
  }

  async sandbox(hostname: string): Promise<Sandbox> {
    const number = ++this.#pods;
    const address = `${this.#prefix}.${number + 1}`;
    const child = await hold(hostname);
    const [pid, node] = [String(child.pid), String(this.#node.pid)];
    const cable = [
      'name',
      `pod${number}`,
      'netns',
      node,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      pid,
    ];
    must('ip', 'link', 'add', ...cable);
    must('nsenter', '-t', node, '-n', 'ip', 'link', 'set', `pod${number}`, 'master', 'br0', 'up');
    must('nsenter', '-t', pid, '-n', 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0');
    must('nsenter', '-t', pid, '-n', 'ip', 'link', 'set', 'eth0', 'up');
    return { hostname, address, pid: child.pid ?? 0, remove: () => void child.kill('SIGKILL') };
  }

  /** The switch goes, and every cable with it. */
  close(): void {
    this.#node.kill('SIGKILL');
  }
}

/** A process that does nothing in new namespaces, and dies with this one. */
async function hold(hostname: string): Promise<ChildProcess> {
  const script = 'hostname "$1" && ip link set lo up && echo held && exec sleep infinity';
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', '--net', '--uts', '--ipc', 'sh', '-c', script, 'sh', hostname],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`no namespaces for ${hostname}: ${code}`))),
  ]);
  return child;
}

/** Three bytes of an address that no interface here has. */
function freePrefix(): string {
  const taken = Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address),
  );
  const FIRST = 64;
  for (let third = FIRST; third < 256; third++) {
    const prefix = `10.244.${third}`;
    if (!taken.some((address) => address.startsWith(`${prefix}.`))) return prefix;
  }
  throw new Error('every network of 10.244.0.0/16 is taken here');
}
