// buildah in this checkout: whether it can be used here, where it keeps images, and how infra/docker builds with it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

const root = path.resolve(import.meta.dirname, '../..');
// Kept: the base is made once, and what has not changed is not built again.
const folder = path.join(root, '.mooring/images');

/** What images stand on here: of this Node, and of the Debian that the Containerfile's own base is of. */
export const BASE = `localhost/node-debian:${process.versions.node}-bookworm`;
const PREFIX = 'localhost/mooring-test';

const environment = {
  ...process.env,
  CONTAINERS_STORAGE_CONF: path.join(folder, 'storage.conf'),
  // Neither a daemon nor a container runtime is there.
  BUILDAH_ISOLATION: 'chroot',
  TMPDIR: path.join(folder, 'tmp'),
  ENGINE: 'buildah',
  PREFIX,
  TAG: 'test',
  BASE,
};

const TOOLS = ['buildah', 'debootstrap', 'unshare', 'setpriv', 'mount', 'npm'];

/** Why no image can be built and started here; undefined when they can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return `images are built on Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'images are built and started as root: debootstrap and mounts need it';
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `${missing.join(', ')} missing. Type: apt-get install buildah debootstrap`;
  const { status, stderr } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'true'], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : `namespaces cannot be made here: ${stderr.trim()}`;
}

/** What a command wrote on stdout. Throws with its last words when it fails, or is not done in `limitMs`. */
export async function must(limitMs: number, command: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(command, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  const code = new Promise<number | string>((resolve, reject) => {
    child.once('close', (exit, signal) => resolve(exit ?? String(signal)));
    child.once('error', reject);
  });
  const [out, error] = await Promise.all([buffer(child.stdout), buffer(child.stderr)]);
  if ((await code) === 0) return out.toString();
  const said = `${error}${out}`.slice(-4_000);
  throw new Error(`${[command, ...args].join(' ')} ended with ${await code}: ${said}`);
}

/** Runs buildah on the images of this checkout. */
export function buildah(...args: readonly string[]): Promise<string> {
  const LIMIT_MS = 60_000;
  return must(LIMIT_MS, 'buildah', ...args);
}

/** Makes the base unless it is there. Takes a minute or two, of packages from Debian. */
export async function makeBase(): Promise<void> {
  const LIMIT_MS = 10 * 60_000;
  mkdirSync(environment.TMPDIR, { recursive: true });
  const places = `graphroot = "${path.join(folder, 'store')}"\nrunroot = "${path.join(folder, 'run')}"`;
  writeFileSync(environment.CONTAINERS_STORAGE_CONF, `[storage]\ndriver = "overlay"\n${places}\n`);
  // What a run that was killed has left.
  await buildah('rm', '--all');
  const there = (await buildah('images', '--all', '--format', '{{.Name}}:{{.Tag}}')).split('\n');
  if (!there.includes(BASE)) await must(LIMIT_MS, 'infra/docker/debian-base.sh', BASE);
}

/** Builds the image of a service by build.sh, and gives its name. Takes minutes when much has changed. */
export async function build(service: string): Promise<string> {
  const LIMIT_MS = 20 * 60_000;
  await must(LIMIT_MS, 'infra/docker/build.sh', service);
  return `${PREFIX}/${service}:test`;
}

/**
 * Drops what no image is made of, build steps that could have been used again too, once all of it is more than 20 GiB: each
 * state of the checkout leaves its own.
 */
export async function tidy(): Promise<void> {
  const LIMIT_MS = 20 * 60_000;
  const LIMIT_KIB = 20 * 2 ** 20;
  // Images that are laid open are not counted twice.
  const [kib] = (await must(LIMIT_MS, 'du', '--summarize', '--one-file-system', folder)).split('\t');
  if (Number(kib) > LIMIT_KIB) await must(LIMIT_MS, 'buildah', 'rmi', '--prune');
}
