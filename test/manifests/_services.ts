// The services of the repository with the configuration that each declares, found by their config.ts.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '@mooring/runtime';

export interface Service {
  readonly name: string;
  readonly config: Config;
  /** Names of all variables, and of those that are secret. */
  readonly variables: readonly string[];
  readonly secrets: readonly string[];
  /** It has a database of its own. */
  readonly migrates: boolean;
}

const folder = path.resolve(import.meta.dirname, '../../services');

export const services: readonly Service[] = await Promise.all(
  readdirSync(folder)
    .filter((name) => existsSync(path.join(folder, name, 'src/config.ts')))
    .map(async (name): Promise<Service> => {
      const file = path.join(folder, name, 'src/config.ts');
      const { config }: { config: Config } = await import(pathToFileURL(file).href);
      const properties: [string, { secret?: boolean }][] = Object.entries(config.schema.properties);
      return {
        name,
        config,
        variables: properties.map(([variable]) => variable),
        secrets: properties.filter(([, { secret }]) => secret === true).map(([variable]) => variable),
        migrates: existsSync(path.join(folder, name, 'prisma/migrations')),
      };
    }),
);
