// Every object of every overlay is one that an API server takes as it is written, without leniency.
import { describe, expect, it } from 'vitest';
import { overlays, render } from './_render.js';
import { invalidValues, misfits } from './_schema.js';
import { type Resource, titleOf } from './_tree.js';

describe.each([...overlays])('%s', (_, folder) => {
  const resources = render(folder);

  it('has values as their schemas want them', async () => {
    const found = await Promise.all(resources.map(async (one) => [titleOf(one), await invalidValues(one)]));
    expect(found.filter(([, problem]) => problem !== undefined)).toEqual([]);
  });

  it('has no field that no schema has', () => {
    expect(misfits(resources)).toEqual([]);
  });
});

describe('the check itself', () => {
  const service = (spec: object): Resource => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'one' },
    spec,
  });

  it('sees a value of another type', async () => {
    expect(await invalidValues(service({ ports: [{ port: 'eighty' }] }))).toMatch(/port/);
  });

  it('sees a field that does not exist, however deep', () => {
    const [found, ...more] = misfits([service({ ports: [{ port: 80, targetport: 80 }] })]);
    expect(found).toMatch(/^Service\/one: .*targetport/);
    expect(more).toEqual([]);
  });

  it('refuses what it has no schema for', () => {
    expect(() => misfits([{ ...service({}), apiVersion: 'v2' }])).toThrow('no schema is known for v2');
  });
});
