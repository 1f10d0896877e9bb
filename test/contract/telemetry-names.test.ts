// Every metric, span, attribute and label of the source is declared, and what follows from the source is written anew.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { telemetryNames } from '../../tools/telemetry/registry.js';
import { writtenFiles } from '../../tools/written-files.js';

const names = telemetryNames();

describe('telemetry names', () => {
  it('are found', () => {
    expect(Object.keys(names.registry.metrics).length).toBeGreaterThan(50);
    expect(Object.keys(names.registry.spans)).toContain('consume {durable}');
  });

  it('are declared, all that are made and no others', () => {
    expect(names.problems).toEqual([]);
  });

  it.each(writtenFiles(names))('$name is as `npm run docs` writes them', ({ file, text }) => {
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
