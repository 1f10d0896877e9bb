// What a service needs of npm when it runs, worked out from the lockfile of the repository alone.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const root = path.resolve(import.meta.dirname, '../..');

export interface Needs {
  /** Folders of the repository, such as `infra/runtime`. */
  readonly workspaces: ReadonlySet<string>;
  /** `name@version` of packages. */
  readonly packages: ReadonlySet<string>;
}

/** What runs with the workspace in `folder`, it included; packages of other systems than this one left out. */
export function needsOf(folder: string): Needs {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const workspaces = new Set<string>();
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (place: string): void => {
    const locked = lock.packages[place];
    if (locked === undefined || seen.has(place) || !isForHere(locked)) return;
    seen.add(place);
    if (locked.link === true) {
      visit(locked.resolved ?? '');
      return;
    }
    if (place.includes('node_modules/')) packages.add(`${nameAt(place)}@${locked.version}`);
    else workspaces.add(place);
    const peers = Object.keys(locked.peerDependencies ?? {}).filter(
      (name) => locked.peerDependenciesMeta?.[name]?.optional !== true,
    );
    const names = [...Object.keys({ ...locked.dependencies, ...locked.optionalDependencies }), ...peers];
    for (const name of names) visit(placeOf(name, place, lock.packages));
  };
  visit(folder);
  return { workspaces, packages };
}

/** `name@version` of every package in the folders `node_modules` of an image's `/app`. */
export function packagesIn(app: string): ReadonlySet<string> {
  const found = new Set<string>();
  const walk = (modules: string): void => {
    if (!existsSync(modules)) return;
    const entries = readdirSync(modules, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of entries) {
      const folder = path.join(modules, name);
      if (name.startsWith('@')) walk(folder);
      if (name.startsWith('@') || name.startsWith('.')) continue;
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Locked;
      found.add(`${nameAt(path.relative(app, folder))}@${manifest.version}`);
      walk(path.join(folder, 'node_modules'));
    }
  };
  walk(path.join(app, 'node_modules'));
  for (const group of ['infra', 'services'].filter((name) => existsSync(path.join(app, name)))) {
    for (const name of readdirSync(path.join(app, group))) walk(path.join(app, group, name, 'node_modules'));
  }
  return found;
}

/** As Node looks for it: beside whoever asks, then outwards. */
function placeOf(name: string, from: string, packages: Readonly<Record<string, Locked>>): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) {
    const place = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (place in packages || at === '') return place;
  }
}

function nameAt(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function isForHere({ os, cpu, libc }: Locked): boolean {
  const fits = (list: readonly string[] | undefined, here: string): boolean =>
    list === undefined || (list.includes(here) && !list.includes(`!${here}`));
  return fits(os, process.platform) && fits(cpu, process.arch) && fits(libc, 'glibc');
}
