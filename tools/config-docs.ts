// What the configuration table of a service's README must say, taken from its schema, and where it stands.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const begin = '<!-- config:begin -->';
export const end = '<!-- config:end -->';

const services = fileURLToPath(new URL('../services', import.meta.url));

/** The table of one service. */
export interface ConfigDocs {
  readonly service: string;
  /** The README's path. */
  readonly readme: string;
  /** Markdown that ends with a newline. */
  readonly table: string;
}

/** Those of every service that has a src/config.ts. */
export async function configDocs(): Promise<readonly ConfigDocs[]> {
  const names = readdirSync(services).filter((name) =>
    existsSync(path.join(services, name, 'src/config.ts')),
  );
  return Promise.all(names.map(read));
}

async function read(service: string): Promise<ConfigDocs> {
  const file = path.join(services, service, 'src/config.ts');
  const { config }: { config?: unknown } = await import(pathToFileURL(file).href);
  if (!isDescribed(config)) throw new TypeError(`${file} exports no config`);
  return { service, readme: path.join(services, service, 'README.md'), table: config.describe() };
}

function isDescribed(config: unknown): config is { describe(): string } {
  return typeof config === 'object' && config !== null && 'describe' in config;
}

/** The README with this table between its markers; undefined when it lacks them. */
export function withTable(readme: string, table: string): string | undefined {
  const [before, rest, ...more] = readme.split(begin);
  const [old, after, ...surplus] = rest?.split(end) ?? [];
  if (before === undefined || old === undefined || after === undefined) return undefined;
  if (more.length + surplus.length > 0) return undefined;
  return `${before}${begin}\n\n${table}\n${end}${after}`;
}
