// Whether this machine can play a node of a cluster: namespaces for networks, mounts and processes, and the tools to make them.
import { spawnSync } from 'node:child_process';

const TOOLS: readonly string[] = ['unshare', 'nsenter', 'setpriv', 'ip', 'mount', 'chroot', 'env'];

/** Runs a command to its end. Throws with what it said on stderr when it fails. */
export function must(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  if (status !== 0) {
    throw new Error(
      `${[command, ...args].join(' ')}: ${error?.message ?? (stderr.trim() || `status ${status}`)}`,
    );
  }
  return stdout;
}

/** Why pods cannot be run here; undefined when they can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return `pods need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'pods need root: other users, mounts and networks are made';
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `pods need ${missing.join(', ')}. Type: apt-get install util-linux iproute2`;
  try {
    const steps = 'mount -t tmpfs none /mnt && ip link add probe0 type veth peer name probe1';
    must('unshare', '--net', '--mount', '--uts', '--ipc', '--pid', '--fork', 'sh', '-c', steps);
    return undefined;
  } catch (error) {
    return `namespaces cannot be made here: ${error instanceof Error ? error.message : String(error)}`;
  }
}
