// The registry of telemetry names, as tests of running stacks use it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Registry } from '../../tools/telemetry/shape.js';

const file = path.resolve(import.meta.dirname, '../../docs/telemetry-names.json');

export const registry: Registry = JSON.parse(readFileSync(file, 'utf8'));

/** What a name of the registry matches: words in braces stand for anything. */
export function spanPattern(name: string): RegExp {
  const parts = name.split(/\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`);
}
