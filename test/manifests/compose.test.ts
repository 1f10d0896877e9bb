// The laptop runs what the cluster runs: the same images, files and ports, and a configuration that every service takes.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { nameOf, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { services } from './_services.js';
import { isObject } from './_tree.js';

interface Part {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
}

const folder = path.resolve(import.meta.dirname, '../../infra');
const { services: parts } = parse(readFileSync(path.join(folder, 'compose.yaml'), 'utf8'), {
  merge: true,
}) as {
  services: Record<string, Part>;
};
const all = Object.entries(parts);
const pods = workloads(render(overlays.get('local') ?? ''));

/** The environment of a part: its files, then its own. */
function environmentOf({ env_file = [], environment = {} }: Part): Readonly<Record<string, string>> {
  const lines = env_file.flatMap((file) => readFileSync(path.join(folder, file), 'utf8').split('\n'));
  const given = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const pairs = given.map(
    (line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const,
  );
  return { ...Object.fromEntries(pairs), ...environment };
}

describe('compose.yaml', () => {
  it('runs the images that the cluster runs', () => {
    const images = new Set(pods.flatMap(({ containers }) => containers.map(({ image }) => image)));
    expect(new Set(all.map(([, { image }]) => image))).toEqual(images);
  });

  it('has every process and every Job of the cluster, by its name', () => {
    expect(all.map(([name]) => name).sort()).toEqual(pods.map(nameOf).sort());
  });

  it('gives each the time to go that its pod has', () => {
    const ours = pods.filter(({ resource }) => resource.kind === 'Deployment');
    const missing = services.filter(({ name }) => {
      const pod = ours.find((one) => nameOf(one) === name);
      const seconds = Number(parts[name]?.stop_grace_period?.replace(/s$/, ''));
      return pod === undefined || !(seconds >= Number(pod.spec.terminationGracePeriodSeconds));
    });
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('mounts files that are there', () => {
    const mounted = all.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    const files = mounted.filter((from) => from.startsWith('..'));
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(path.join(folder, file)))).toEqual([]);
  });

  it('waits for what can be waited for', () => {
    for (const [, { depends_on = {} }] of all) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const part = parts[name];
        const ends = part?.command?.includes('--migrate') === true || name === 'streams';
        expect(condition).toBe(ends ? 'service_completed_successfully' : 'service_healthy');
        expect(ends || isObject(part?.healthcheck)).toBe(true);
      }
    }
  });
});

describe.each(services)('$name', ({ name, config, variables, migrates }) => {
  const part = parts[name] ?? { image: '' };
  const env = environmentOf(part);

  it('is given every variable, and none that it does not read', () => {
    const optional = ['SIGNALING_TURN_SECRETS', 'FIRMWARE_S3_ACCESS_KEY', 'FIRMWARE_S3_SECRET_KEY'];
    expect(variables.filter((variable) => !(variable in env) && !optional.includes(variable))).toEqual([]);
    const own = Object.keys(env).filter((variable) => variable.startsWith(`${config.prefix}_`));
    expect(own.filter((variable) => !variables.includes(variable))).toEqual([]);
  });

  it('takes what it is given', () => {
    expect(() => config.load(env)).not.toThrow();
  });

  it.runIf(migrates)('migrates its database first, with the same configuration', () => {
    const migration = parts[`${name}-migrate`];
    expect(migration?.command).toEqual(['--migrate']);
    const url = `${config.prefix}_POSTGRES_URL`;
    expect(environmentOf(migration ?? part)[url]).toBe(env[url]);
    expect(part.depends_on).toHaveProperty(`${name}-migrate`);
  });
});
