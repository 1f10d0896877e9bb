// The tables of the documents lead to files that exist, and say what the code says.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { faultTable } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (name: string): string => readFileSync(path.join(root, name), 'utf8');

/** The rows below the heads of the tables that follow this marker, each row as its cells. */
function tables(text: string, marker: string): readonly (readonly (readonly string[])[])[] {
  const [, ...marked] = text.split(`<!-- ${marker} -->`);
  return marked.map((rest) => {
    const lines = rest.trimStart().split('\n');
    const end = lines.findIndex((line) => !line.startsWith('|'));
    const rows = lines.slice(0, end === -1 ? undefined : end).slice(2);
    return rows.map((row) => row.split('|').slice(1, -1));
  });
}

/** What stands between backticks and has the form of a path from the root of the repository. */
function paths(row: readonly string[]): readonly string[] {
  const quoted = [...row.join(' ').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
  return quoted.filter((text) => /^[\w.-]+(\/[\w.-]+)+$/.test(text));
}

const missing = (files: readonly string[]) => files.filter((file) => !existsSync(path.join(root, file)));

describe('the journeys of ARCHITECTURE.md', () => {
  const journeys = tables(read('ARCHITECTURE.md'), 'journey');

  it('are five: a reading, a command, a picture, an update and a console', () => {
    expect(journeys).toHaveLength(5);
  });

  it('go through files that exist, at least one a step', () => {
    for (const rows of journeys) {
      expect(rows.length).toBeGreaterThan(3);
      for (const row of rows) {
        expect(paths(row), `no file in ${row.join('|')}`).not.toEqual([]);
        expect(missing(paths(row))).toEqual([]);
      }
    }
  });
});

describe('the faults of ARCHITECTURE.md', () => {
  it('are those of the code', () => {
    const [rows = []] = tables(read('ARCHITECTURE.md'), 'faults');
    const documented = rows.map((row) => row.map((cell) => cell.trim()));
    expect(documented).toEqual(
      faultTable.map(({ code, grpc, jetstream, close, retryable }) => [
        `\`${code}\``,
        String(grpc),
        jetstream,
        String(close ?? '–'),
        retryable ? 'yes' : 'no',
      ]),
    );
  });
});

describe('the ladder of acknowledgements in README.md', () => {
  const ladders = tables(read('README.md'), 'ack-ladder');

  it('is one table', () => {
    expect(ladders).toHaveLength(1);
  });

  it('names for every rung a test that exists', () => {
    for (const rows of ladders) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        const tests = paths(row).filter((file) => file.endsWith('.test.ts'));
        expect(tests, `no test in ${row.join('|')}`).not.toEqual([]);
        expect(missing(paths(row))).toEqual([]);
      }
    }
  });
});
