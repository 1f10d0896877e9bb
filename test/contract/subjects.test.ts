// Every subject is kept by exactly one stream or is core on purpose; a change of the list is seen in review.
import { buckets, edge, live, streams, updating, watching } from '@mooring/proto';
import type { BucketDefinition } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { declared, overlap } from './_bus.js';

// At most once by design: a reply says more than a stored request, and a page that missed an event asks again.
const core = new Set<unknown>([
  edge.deliver,
  live.event,
  ...Object.values(watching),
  ...Object.values(updating),
]);

const kept = (filter: string) =>
  streams.filter(({ subjects }) => subjects.some((subject) => overlap(subject.filter, filter)));

describe('subjects', () => {
  it.each(declared)('$name is in one stream or core', ({ address }) => {
    const names = kept(address.filter).map(({ name }) => name);
    expect(names).toHaveLength(core.has(address) ? 0 : 1);
  });

  it('declares each subject once', () => {
    const doubles = declared.filter(({ address }) =>
      declared.some((other) => other.address !== address && overlap(other.address.filter, address.filter)),
    );
    expect(doubles).toEqual([]);
  });

  it('leaves no stream to a subject that nobody declares', () => {
    const known = new Set<unknown>(declared.map(({ address }) => address));
    for (const { name, subjects } of streams) {
      for (const subject of subjects) expect(known.has(subject), `${subject.template} of ${name}`).toBe(true);
    }
  });

  it('names streams once', () => {
    expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
  });

  it('are those that are known', async () => {
    const lines = declared.map(({ name, address }) => {
      const [stream] = kept(address.filter);
      return `${address.template}  ${stream?.name ?? 'core'}  ${name}`;
    });
    await expect(`${lines.sort().join('\n')}\n`).toMatchFileSnapshot('subjects.snap');
  });

  it('are kept as long as is known', async () => {
    const lines = streams.map(({ name, maxAgeMs, maxBytes, duplicateWindowMs, replicas = 3, why }) => {
      const hours = maxAgeMs / 3_600_000;
      const mebibytes = maxBytes / 1024 ** 2;
      return `${name}  ${hours} h  ${mebibytes} MiB  ids ${duplicateWindowMs / 1000} s  replicas ${replicas}\n  ${why}`;
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('streams.snap');
  });

  it('leave as much room for objects as is known', async () => {
    const lines = buckets.map(
      ({ name, maxBytes, why, ...rest }: BucketDefinition) =>
        `${name}  ${maxBytes / 1024 ** 2} MiB  replicas ${rest.replicas ?? 3}\n  ${why}`,
    );
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('buckets.snap');
  });
});
