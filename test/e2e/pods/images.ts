// What stands for each image: our own are the checkout at /app, started as the Containerfile says; of the others, programs
// of this machine under the names that their images give them.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promtool, testChromium } from '@mooring/harness';
import { natsServerBinary, postgresBinaries } from '@mooring/stack';

const root = path.resolve(import.meta.dirname, '../../..');
const containerfile = path.join(root, 'infra/docker/Containerfile');

export interface Image {
  readonly entrypoint: readonly string[];
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where in the container, from where on this machine; read-only. */
  readonly files: ReadonlyMap<string, string>;
}

/** What `name:tag` starts. `scratch` takes what has to be made, for user `uid`. */
export function imageOf(image: string, scratch: string, uid: number): Image {
  const [name = ''] = image.split(':');
  const bin = path.join(scratch, 'bin');
  mkdirSync(bin, { recursive: true });
  const program = (called: string, script: string): void => {
    const file = path.join(bin, called);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  };
  const files = new Map([['/usr/local/bin', bin]]);
  const mounted = (called: string, from: string): void => {
    writeFileSync(path.join(bin, called), '');
    files.set(`/usr/local/bin/${called}`, from);
  };
  mounted('node', process.execPath);

  if (name === 'nats') {
    mounted('nats-server', natsServerBinary(''));
    return { entrypoint: [], directory: '/', env: {}, files };
  }
  if (name === 'prom/prometheus') {
    // Debian packs the server beside its tool. A package that was fetched knows its own folder by its full path.
    const folder = path.dirname(promtool());
    if (!folder.startsWith('/usr/')) files.set(folder, folder);
    mounted('prometheus', path.join(folder, 'prometheus'));
    return { entrypoint: ['prometheus'], directory: '/', env: {}, files };
  }
  if (name === 'postgres') {
    const here = '/app/test/e2e/pods';
    program('docker-entrypoint.sh', `PATH=/opt/postgres/bin:$PATH exec sh ${here}/postgres-entry.sh "$@"`);
    program('psql', `exec node ${here}/psql.mjs "$@"`);
    program('pg_isready', `exec node ${here}/pg-isready.mjs "$@"`);
    files.set('/app', root).set('/opt/postgres', path.dirname(postgresBinaries(scratch, { uid, gid: uid })));
    return { entrypoint: ['docker-entrypoint.sh'], directory: '/', env: {}, files };
  }
  const [, service] = /^mooring\/([a-z-]+)$/.exec(name) ?? [];
  if (service === undefined) throw new TypeError(`nothing stands for the image ${image}`);
  if (service === 'printing') {
    copyFileSync(
      path.join(root, 'infra/docker/chromium-in-container.sh'),
      path.join(bin, 'chromium-in-container'),
    );
    const chromium = testChromium();
    program('chromium', `exec ${chromium.replace(new RegExp(`^${root}/`), '/app/')} "$@"`);
  }
  files.set('/app', root);
  return {
    entrypoint: JSON.parse(
      /^ENTRYPOINT (.+)$/m.exec(readFileSync(containerfile, 'utf8'))?.[1] ?? '[]',
    ) as string[],
    directory: `/app/services/${service}`,
    env: { NODE_ENV: 'production' },
    files,
  };
}

/**
 * A file of configuration, without what the server of this machine is too old to know: Debian's nats-server is 2.9, the
 * image 2.10, and writes by an interval are new in that.
 */
export function understood(file: string, text: string): string {
  if (file !== 'nats.conf') return text;
  const version = spawnSync(natsServerBinary(''), ['--version'], { encoding: 'utf8' }).stdout;
  const [, major = 0, minor = 0] = /v(\d+)\.(\d+)/.exec(version) ?? [];
  const isOld = Number(major) === 2 && Number(minor) < 10;
  return isOld ? text.replace(/^\s*sync_interval:.*$/m, '') : text;
}
