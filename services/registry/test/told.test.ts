// What the registry shares with other services: what people say of devices, and what was done elsewhere.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { audit, device, deviceStream, type bus as messages, registry } from '@mooring/proto';
import { consume, deadLetters, uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, enrol, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let running: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;
const stop = new AbortController();
const changed: messages.DeviceChanged[] = [];
let listening: Promise<void>;

beforeAll(async () => {
  running = await startRegistry();
  owner = await newAccount(running.client);
  const durable = {
    ...{ name: 'test-changed', stream: deviceStream, subject: device.changed },
    ...{ ackWaitMs: 30_000, maxAckPending: 100 },
  };
  const keep = async (batch: readonly { readonly message: messages.DeviceChanged }[]): Promise<void> => {
    for (const { message } of batch) changed.push(message);
  };
  const consumer = consume(running.bus, durable, keep, { maxMessages: 100 });
  await new Promise<void>((ready) => {
    listening = consumer.run({ signal: stop.signal, ready });
  });
});
afterAll(async () => {
  stop.abort();
  await listening;
  await running.stop();
});

function update(id: string, fields: Partial<registry.UpdateDeviceRequest>) {
  const { principal } = owner;
  return running.client.updateDevice(registry.UpdateDeviceRequest.fromPartial({ principal, id, ...fields }));
}

describe('tags', () => {
  it('are told when they change, in order, and only then', async () => {
    const { id, number } = await enrol(running.client, owner.principal);
    await update(id, { tags: ['a'], setTags: true });
    await update(id, { name: 'kitchen' });
    await update(id, { tags: ['a', 'b'], setTags: true });
    await update(id, { setTags: true });
    await eventually(() => changed.length >= 3);
    expect(changed.map(({ tags }) => tags)).toEqual([['a'], ['a', 'b'], []]);
    expect(changed[0]).toMatchObject({
      deviceId: id,
      deviceNumber: number,
      organizationId: owner.organization.id,
    });
  });

  it('are described for those devices that there are', async () => {
    const first = await enrol(running.client, owner.principal, { tags: ['x', 'y'] });
    const second = await enrol(running.client, owner.principal);
    const deviceIds = [first.id, randomUUID(), second.id, 'nonsense'];
    const { items } = await running.client.describeDevices({ deviceIds });
    expect(items).toHaveLength(2);
    expect(items.find(({ deviceId }) => deviceId === first.id)).toEqual({
      deviceId: first.id,
      deviceNumber: first.number,
      organizationId: owner.organization.id,
      identifier: first.identifier,
      tags: ['x', 'y'],
    });
    const many = Array.from({ length: 1_001 }, () => first.id);
    expect(await codeOf(running.client.describeDevices({ deviceIds: many }))).toBe('invalid');
  });
});

describe('what was done elsewhere', () => {
  const entryOf = (fields: Partial<messages.AuditEntry> = {}): messages.AuditEntry => ({
    id: uuidv7(),
    organizationId: owner.organization.id,
    atMs: 1_700_000_000_000,
    actor: 'system',
    action: 'deployment_group.paused',
    resource: 'deployment_group:1',
    detailsJson: '{"failures":3}',
    ...fields,
  });
  const tell = (entry: messages.AuditEntry) =>
    running.bus.persist(audit.entry, { organization: owner.organization.id }, entry, { id: randomUUID() });
  const listed = async () => {
    const { principal } = owner;
    const request = registry.ListAuditRequest.fromPartial({ principal });
    return (await running.client.listAudit(request)).items;
  };

  it('is in the audit log, once', async () => {
    const entry = entryOf();
    await tell(entry);
    await tell(entry);
    const last = entryOf({ action: 'deployment_group.resumed' });
    await tell(last);
    await eventually(async () => (await listed()).some(({ id }) => id === last.id));
    const found = (await listed()).filter(({ id }) => id === entry.id);
    expect(found).toMatchObject([
      { actor: 'system', action: entry.action, resource: entry.resource, detailsJson: '{"failures":3}' },
    ]);
    expect(found[0]?.atMs).toBe(1_700_000_000_000);
  });

  it('that is malformed is a dead letter, and holds nothing up', async () => {
    const before = entryOf({ organizationId: randomUUID() });
    await tell(before);
    const after = entryOf();
    await tell(after);
    await eventually(async () => (await listed()).some(({ id }) => id === after.id));
    const letters = await eventually(async () => {
      const found = await deadLetters(running.bus).list({ limit: 10 });
      return found.length > 0 ? found : undefined;
    });
    expect(letters).toMatchObject([{ durable: 'registry-audit' }]);
    expect(letters[0]?.reason).toContain('another organization');
  });
});
