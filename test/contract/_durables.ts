// The durable consumers that services export, found by reading their folders `consumers`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Durable } from '@mooring/runtime';

const services = fileURLToPath(new URL('../../services', import.meta.url));

/** A file that declares durables, and those that it exports. */
export interface ConsumerFile {
  readonly service: string;
  /** Relative to the folder `services`. */
  readonly file: string;
  readonly durables: readonly Durable<unknown>[];
}

/** Every file of a folder `consumers` that consumes, whether it exports its durable or not. */
export async function consumerFiles(): Promise<readonly ConsumerFile[]> {
  const found = readdirSync(services).flatMap((service) => {
    const folder = path.join(services, service, 'src/consumers');
    if (!existsSync(folder)) return [];
    const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    return files.map((name) => ({ service, at: path.join(folder, name) }));
  });
  const consuming = found.filter(({ at }) => /\bconsume\(/.test(readFileSync(at, 'utf8')));
  return Promise.all(
    consuming.map(async ({ service, at }) => {
      const exported: Record<string, unknown> = await import(pathToFileURL(at).href);
      const durables = Object.values(exported).filter(isDurable);
      return { service, file: path.relative(services, at), durables };
    }),
  );
}

function isDurable(value: unknown): value is Durable<unknown> {
  return typeof value === 'object' && value !== null && 'ackWaitMs' in value && 'stream' in value;
}
