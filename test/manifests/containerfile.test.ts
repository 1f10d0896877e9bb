// The Containerfile makes images that the manifests can run, from what is pinned, of every service.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { environment } from './_environment.js';
import { nameOf, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { services } from './_services.js';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const containerfile = read('infra/docker/Containerfile');
const manifest = JSON.parse(read('package.json')) as {
  engines: { node: string };
  devDependencies: Record<string, string>;
};
const ours = workloads(render(overlays.get('production') ?? '')).filter(({ containers }) =>
  containers.every(({ image }) => image?.startsWith('mooring/')),
);

/** What follows `instruction` on each of its lines. */
function all(instruction: string): readonly string[] {
  return [...containerfile.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
}

describe('the Containerfile', () => {
  it('stands on one pinned base, of the Node that the code is for', () => {
    const [base = ''] = all('ARG').filter((rest) => rest.startsWith('BASE='));
    expect(base).toMatch(/^BASE=node:20\.\d+\.\d+-[a-z]+-slim$/);
    expect(manifest.engines.node).toBe('>=20.19 <21');
    expect(Number(base.split('.')[1])).toBeGreaterThanOrEqual(19);
    const stages = all('FROM').map((rest) => rest.split(' AS ')[1]);
    const foreign = all('FROM').filter((rest) => !stages.includes(rest.split(' ')[0]));
    expect(foreign).toEqual(
      ['BASE} AS tools', 'BASE} AS plain', 'ON} AS runtime'].map((rest) => `$\{${rest}`),
    );
    expect(all('ARG')).toContain('ON=plain');
  });

  it('takes the build tool that the repository has', () => {
    expect(all('ARG')).toContain(`TURBO=${manifest.devDependencies['turbo']}`);
  });

  it('ends as the user that the manifests run it as', () => {
    const users = new Set(all('USER'));
    const wanted = ours.map(
      ({ spec }) => `${spec.securityContext?.runAsUser}:${spec.securityContext?.runAsGroup}`,
    );
    expect(users).toEqual(new Set(wanted));
    // Said where it ends, of whatever it stands on.
    expect(containerfile.split(/^FROM .+ AS runtime$/m)[1]).toContain('\nUSER ');
  });

  it('is told to stop by the signal that the runtime waits for', () => {
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(read('infra/runtime/src/run.ts')).toContain("'SIGTERM'");
  });

  it('starts without a shell, as the stack starts it', () => {
    const [entry = '[]', ...more] = all('ENTRYPOINT');
    expect(more).toEqual([]);
    const words = JSON.parse(entry) as string[];
    expect(words[0]).toBe('node');
    expect(words.at(-1)).toBe('dist/main.js');
    const stack = read('infra/stack/src/service.ts');
    for (const word of words.slice(1, -1)) expect(stack).toContain(`'${word}'`);
  });

  it('brings the browser that printing is told of', () => {
    const printing = ours.find((pod) => nameOf(pod) === 'printing')?.spec.containers[0];
    const variables = printing && environment(printing, render(overlays.get('production') ?? ''), () => '');
    expect(containerfile).toContain(` ${variables?.get('PRINTING_CHROMIUM')?.value}\n`);
  });
});

describe('build.sh', () => {
  it('builds every service, and can be run', () => {
    const [, list = ''] = /:-(edge [a-z -]+)\}$/m.exec(read('infra/docker/build.sh')) ?? [];
    expect(list.split(' ').sort()).toEqual(services.map(({ name }) => name).sort());
    expect(statSync(path.join(root, 'infra/docker/build.sh')).mode & 0o111).toBe(0o111);
  });
});
