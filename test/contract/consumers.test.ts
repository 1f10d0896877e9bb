// Every durable consumer gets what it asks for: its stream exists and holds its subject.
import { streams } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { covers } from './_bus.js';
import { consumerFiles } from './_durables.js';

const files = await consumerFiles();
const durables = files.flatMap(({ service, durables }) => durables.map((durable) => ({ service, durable })));

describe('durable consumers', () => {
  it('are found', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(files)('are exported by $file', ({ durables }) => {
    expect(durables).not.toEqual([]);
  });

  it.each(durables)('$durable.name reads what its stream holds', ({ durable }) => {
    const { stream, subject } = durable;
    expect(streams).toContain(stream);
    expect(stream.subjects.some(({ filter }) => covers(filter, subject.filter))).toBe(true);
  });

  it.each(durables)('$durable.name is named after $service and its purpose', ({ service, durable }) => {
    const [owner = ''] = service.split('-');
    expect(durable.name).toMatch(new RegExp(`^${owner}(-[a-z0-9]+)+$`));
  });

  it('have one name each, so that none takes the messages of another', () => {
    const names = durables.map(({ durable }) => durable.name);
    expect(names).toEqual([...new Set(names)]);
  });
});
