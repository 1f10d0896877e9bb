// Which files the telemetry names are written to.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Names } from './registry.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** A file that `npm run docs` writes, with what must be in it. */
export interface WrittenFile {
  /** For people: relative to the checkout. */
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

export function telemetryFiles({ registry, page }: Names): readonly WrittenFile[] {
  return [
    written('telemetry-names.json', `${JSON.stringify(registry, null, 2)}\n`),
    written('telemetry.md', page),
  ];
}

function written(name: string, text: string): WrittenFile {
  return { name: `docs/${name}`, file: path.join(docs, name), text };
}
