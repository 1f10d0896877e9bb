// The README of a service and its configuration say the same; `npm run docs` writes the table.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configDocs, withTable } from '../../tools/config-docs.js';

const docs = await configDocs();

describe('configuration tables', () => {
  it('are found', () => {
    expect(docs.length).toBeGreaterThan(0);
  });

  it.each(docs)('$service says what its schema says', ({ readme, table }) => {
    expect(existsSync(readme), readme).toBe(true);
    const text = readFileSync(readme, 'utf8');
    expect(text).toBe(withTable(text, table));
  });
});

describe('withTable', () => {
  const begin = '<!-- config:begin -->';
  const end = '<!-- config:end -->';

  it('replaces what is between the markers and nothing else', () => {
    const written = withTable(`# A\n${begin}\nold\n${end}\nrest\n`, '| new |\n');
    expect(written).toBe(`# A\n${begin}\n\n| new |\n\n${end}\nrest\n`);
  });

  it.each([
    ['no marker', '# A\n'],
    ['no end', `${begin}\n`],
    ['the end first', `${end}\n${begin}\n`],
    ['two tables', `${begin}\n${end}\n${begin}\n${end}\n`],
  ])('refuses a README with %s', (_, readme) => {
    expect(withTable(readme, '| new |\n')).toBeUndefined();
  });
});
