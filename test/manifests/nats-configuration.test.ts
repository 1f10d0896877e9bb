// The servers of the bus read what each overlay gives them, with certificates where it has them.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testAuthority } from '@mooring/harness';
import { natsServerBinary } from '@mooring/stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { understood } from '../e2e/pods/images.js';
import { environment } from './_environment.js';
import { nameOf, workloads } from './_pods.js';
import { overlays, render } from './_render.js';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mooring-nats-'));
  const authority = await testAuthority('mooring');
  const { pem, keyPem } = await authority.issue({ commonName: 'nats', hosts: ['nats'] });
  for (const [name, text] of [
    ['ca.crt', authority.pem],
    ['tls.crt', pem],
    ['tls.key', keyPem],
  ] as const) {
    writeFileSync(path.join(folder, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([...overlays])('in %s', (overlay, at) => {
  const resources = render(at);
  const nats = workloads(resources).find((pod) => nameOf(pod) === 'nats');
  const [container] = nats?.spec.containers ?? [];
  if (nats === undefined || container === undefined) throw new TypeError('there is no nats');
  const { configMap } = nats.spec.volumes?.find(({ name }) => name === 'config') ?? {};
  const map = resources.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap?.name,
  );
  const own = path.join(folder, overlay);
  mkdirSync(own);
  for (const [file, text] of Object.entries((map?.['data'] ?? {}) as Record<string, string>)) {
    writeFileSync(path.join(own, file), understood(file, text).replaceAll('/etc/mooring/tls', folder));
  }
  const variables = [...environment(container, resources, () => 'p4ss')];
  const env = Object.fromEntries(variables.map(([name, { value }]) => [name, value]));
  const read = spawnSync(natsServerBinary(''), ['-t', '-c', path.join(own, 'nats.conf')], {
    env,
    encoding: 'utf8',
  });
  expect(read.stderr + read.stdout).toContain('is valid');
  expect(read.status).toBe(0);
});
