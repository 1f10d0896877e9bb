// The images are built from the Containerfile and run: with what Debian offers, as no registry of images and no container
// runtime is needed. `npm run images`; by itself, as it takes minutes.
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { type Fleet, fleetDevices, startFleet } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../e2e/_api.js';
import { overlays, render } from '../manifests/_render.js';
import { services } from '../manifests/_services.js';
import { BASE, build, makeBase, must, obstacle, tidy } from './_engine.js';
import { filesBelow, type Image, open } from './_image.js';
import { needsOf, packagesIn } from './_packages.js';
import { ours, Platform, serviceOf } from './_platform.js';

const BUILD_MS = 60 * 60_000;
const why = obstacle();
// Said, and skipped: nothing passes where nothing was built.
if (why !== undefined) process.stderr.write(`No image is built, and nothing is known of any: ${why}\n`);

const names = services.map(({ name }) => name);
const local = render(overlays.get('local') ?? '');

describe.skipIf(why !== undefined)('images, built by infra/docker/build.sh', () => {
  const images = new Map<string, Image>();
  let base: Image;
  const imageOf = (name: string): Image => {
    const image = images.get(name);
    if (image === undefined) throw new TypeError(`no image of ${name} was built`);
    return image;
  };

  beforeAll(async () => {
    await makeBase();
    base = await open(BASE);
    for (const name of names) {
      const begun = Date.now();
      images.set(name, await open(await build(name)));
      process.stdout.write(`Built ${name} in ${Math.round((Date.now() - begun) / 1_000)} s\n`);
    }
    await tidy();
  }, BUILD_MS);
  afterAll(async () => {
    for (const image of [...images.values(), base]) await image?.remove();
  }, 120_000);

  it.each(names)('%s is configured as the manifests run it', (name) => {
    const { config } = imageOf(name);
    const users = ours(local)
      .filter(({ containers }) => containers.some(({ image }) => serviceOf(image) === name))
      .map(({ spec }) => `${spec.securityContext?.runAsUser}:${spec.securityContext?.runAsGroup}`);
    expect(new Set(users)).toEqual(new Set([config.User]));
    expect(config).toMatchObject({ StopSignal: 'SIGTERM', WorkingDir: `/app/services/${name}` });
    expect(config.Entrypoint?.slice(-1)).toEqual(['dist/main.js']);
    // A command of the base's would be taken for arguments.
    expect(config.Cmd ?? []).toEqual([]);
    const variables = (config.Env ?? []).map((line) => line.split('=')[0]);
    expect(
      variables.filter((variable) => !/^(PATH|NODE_ENV|NODE_VERSION|YARN_VERSION)$/.test(variable ?? '')),
    ).toEqual([]);
  });

  it.each(names)('%s holds what its service runs, and nothing of what it was built with', (name) => {
    const app = path.join(imageOf(name).root, 'app');
    const { workspaces, packages } = needsOf(`services/${name}`);
    expect([...packagesIn(app)].sort()).toEqual([...packages].sort());

    const files = filesBelow(app, ['node_modules']);
    const folders = new Set(files.map((file) => file.match(/^(proto|(infra|services)\/[^/]+)\//)?.[1]));
    expect(folders).toEqual(new Set(workspaces));
    const known =
      /^[^.]*\/(package\.json|dist\/.*\.js(\.map)?|prisma\/migrations\/.*\.(sql|toml)|assets\/.*)$/;
    expect(
      files.filter((file) => !known.test(file) || /(^|\/)(_[^/]*|[^/]*\.test\.[^/]*)$/.test(file)),
    ).toEqual([]);
    const modules = filesBelow(path.join(app, 'node_modules'));
    expect(
      modules.filter((file) => /\.(map|d\.[cm]?ts)$|\.npmrc$|^\.(cache|package-lock)/.test(file)),
    ).toEqual([]);
  });

  it.each(names)('%s changes nothing of its base but that nothing can be installed', (name) => {
    const [before, after] = [base, imageOf(name)].map(({ root }) => new Set(filesBelow(root, ['app'])));
    // What is mounted while it is built leaves an empty file.
    const isEmpty = (file: string): boolean => lstatSync(path.join(imageOf(name).root, file)).size === 0;
    const added = [...(after ?? [])].filter((file) => !before?.has(file) && !isEmpty(file));
    const removed = [...(before ?? [])].filter((file) => !after?.has(file));
    // Debian's Chromium, what it stands on, and what installing that leaves.
    const isBrowser = (file: string): boolean => name === 'printing' && /^(etc|run|usr|var)\//.test(file);
    expect(added.filter((file) => !isBrowser(file))).toEqual([]);
    const npm = /^usr\/local\/(lib\/node_modules\/npm\/|bin\/np[mx]$)/;
    expect(removed.filter((file) => !npm.test(file))).toEqual([]);
    expect([...(after ?? [])].filter((file) => /(^|\/)\.npm(rc)?(\/|$)|^run\/secrets\//.test(file))).toEqual(
      [],
    );
  });

  it('say nothing of the machine that built them', async () => {
    const registry = new URL((await must(10_000, 'npm', 'config', 'get', 'registry')).trim()).host;
    for (const name of names) expect(imageOf(name).description).not.toContain(registry);
  });

  it('brings the edge the sockets of this system, and those alone', () => {
    const app = path.join(imageOf('edge').root, 'app');
    const native = filesBelow(app).filter((file) => /\/uws_[^/]*\.node$/.test(file));
    const { platform, arch, versions } = process;
    expect(native.map((file) => path.basename(file))).toEqual([
      `uws_${platform}_${arch}_${versions.modules}.node`,
    ]);
  });

  it.each([...overlays.keys()])('have each program that the manifests of %s start in them', (overlay) => {
    const missing: string[] = [];
    for (const { containers, resource } of ours(render(overlays.get(overlay) ?? ''))) {
      for (const { image, command, args = [], lifecycle, ...probed } of containers) {
        const name = serviceOf(image) ?? '';
        const { root, config } = imageOf(name);
        const probes = [probed.startupProbe, probed.readinessProbe, probed.livenessProbe];
        const commands = [command ?? config.Entrypoint, lifecycle?.preStop?.exec?.command];
        for (const words of [...commands, ...probes.map((probe) => probe?.exec?.command)]) {
          const [program, ...rest] = words ?? [];
          const scripts = rest.filter((word) => /^(\/|dist\/).*\.js$/.test(word));
          const places = [
            ...(program === undefined ? [] : [`/usr/local/bin/${program}`]),
            ...scripts.map((script) => path.resolve(config.WorkingDir ?? '/', script)),
            ...(args.includes('--migrate') ? [`/app/services/${name}/prisma/migrations`] : []),
          ];
          const absent = places.filter((place) => !existsSync(path.join(root, place)));
          missing.push(...absent.map((place) => `${resource.kind}/${resource.metadata.name}: ${place}`));
        }
      }
    }
    expect(missing).toEqual([]);
  });

  it('are of a size that can be told', () => {
    const mib = (root: string): number => {
      const bytes = filesBelow(root).reduce((sum, file) => sum + lstatSync(path.join(root, file)).size, 0);
      return Math.round(bytes / 2 ** 20);
    };
    const sizes = names.map((name) => `${name} ${mib(path.join(imageOf(name).root, 'app'))}`);
    process.stdout.write(`Ours in each image, MiB: ${sizes.join(', ')}; base ${mib(base.root)}\n`);
    expect(readdirSync(base.root)).not.toContain('app');
  });

  describe('started without a shell, as nobody, on files that nobody can write', () => {
    let platform: Platform;
    let fleet: Fleet | undefined;
    beforeAll(async () => {
      platform = await Platform.over(local, images);
    }, 90_000);
    afterAll(async () => {
      await fleet?.close();
      await platform?.remove();
    }, 60_000);

    it('do what Jobs are for: streams and migrations, also where that was done before', async () => {
      const ended = await platform.runJobs();
      expect([...ended].filter(([, { code }]) => code !== 0)).toEqual([]);
      const migrating = services.filter(({ migrates }) => migrates).length;
      expect(ended.size).toBe(2 * migrating + 1);
    }, 600_000);

    it('become ready, each as the user of its manifest and unable to gain a right', async () => {
      await platform.startServices();
      expect([...platform.containers.keys()].sort()).toEqual([...names].sort());
      for (const [name, container] of platform.containers) {
        const places = container.writable.filter((place) => !/^\/(dev|proc)(\/|$)/.test(place));
        expect(places).toEqual(name === 'firmware-update' ? ['/tmp', '/spool'] : ['/tmp']);
        expect(container.status('Uid')?.split('\t')).toEqual(['10001', '10001', '10001', '10001']);
        expect(`${container.status('CapEff')}${container.status('CapBnd')}`).toMatch(/^0+$/);
        expect(container.status('NoNewPrivs')).toBe('1');
      }
    }, 240_000);

    it('serve devices of every dialect and people', async () => {
      const base = `http://${platform.at('api', 8080)}`;
      const person = { email: 'images@example.com', password: 'correct horse battery', name: 'Images' };
      // Native modules: argon2 hashes the password, uWebSockets.js holds the sockets, a canvas draws, Chromium lays out.
      const { token } = await apiClient(base, '').made<{ token: string }>('/v1/auth/register', person);
      const api = apiClient(base, token);
      fleet = startFleet({
        url: `ws://${platform.at('edge', 8000)}`,
        prefix: 'images',
        reportMs: 1_000,
      });
      const expected = fleetDevices('images').map(({ identifier }) => identifier);
      await eventually(
        async () => {
          const online = (await api.devices()).filter(({ presence }) => presence.online);
          return expected.every((identifier) => online.some((device) => device.identifier === identifier));
        },
        { withinMs: 60_000, what: 'a whole fleet that is online' },
      );
      const printer = (await api.devices('&dialect=berg')).find(({ kind }) => kind === 'printer');
      for (const content of [{ text: 'Sugar, flour.' }, { html: '<p>Twenty-four eggs.</p>' }]) {
        const preview = await fetch(`${base}/v1/devices/${printer?.id}/print-preview`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ ...content, face: false }),
          signal: AbortSignal.timeout(30_000),
        });
        expect(preview.headers.get('content-type'), await preview.clone().text()).toBe('image/png');
      }
      const page = await fetch(`${base}/watch/${printer?.id}`, { signal: AbortSignal.timeout(10_000) });
      expect(await page.text()).toContain('<script');
    }, 180_000);

    it('end with 0 when they are told to', async () => {
      const GRACE_MS = 180_000;
      for (const container of platform.containers.values()) container.signal('SIGTERM');
      const ends = await Promise.all(
        [...platform.containers].map(
          async ([name, container]) => [name, await container.ended(GRACE_MS)] as const,
        ),
      );
      expect(ends.filter(([, code]) => code !== 0)).toEqual([]);
    }, 240_000);
  });
});
