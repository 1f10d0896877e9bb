// Who is online: fenced by epochs, ended by reports and by lost leases, and taken back when an edge still lives.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { edgeLease } from '@mooring/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;

beforeAll(async () => {
  registry = await startRegistry();
  owner = await newAccount(registry.client);
});
afterAll(() => registry.stop());

async function presence(id: string) {
  const { device } = await registry.client.getDevice({ principal: owner.principal, id });
  if (device?.presence === undefined) throw new Error('no presence');
  return device.presence;
}

function disconnect(deviceNumber: bigint, epoch: bigint, reason = 'closed') {
  const disconnections = [{ deviceNumber, epoch, reason, atMs: Date.now() }];
  return registry.client.reportDisconnected({ disconnections });
}

describe('a disconnect', () => {
  it('ends the session with its epoch, and its history', async () => {
    const { deviceId, deviceNumber, epoch } = await registry.admit.admitted({ identifier: randomUUID() });
    expect(await presence(deviceId)).toMatchObject({ online: true, edge: 'edge-1', epoch, reason: '' });
    await disconnect(deviceNumber, epoch);
    expect(await presence(deviceId)).toMatchObject({ online: false, edge: '', epoch, reason: 'closed' });
    const request = { principal: owner.principal, deviceId, limit: 0, cursor: '' };
    const { items } = await registry.client.listConnections(request);
    expect(items).toMatchObject([{ epoch, reason: 'closed', edge: 'edge-1', remoteAddress: '192.0.2.1' }]);
    expect(items[0]?.disconnectedAtMs).toBeGreaterThanOrEqual(items[0]?.connectedAtMs ?? Number.NaN);
  });

  it('of an older epoch changes nothing', async () => {
    const identifier = randomUUID();
    const old = await registry.admit.admitted({ identifier });
    const now = await registry.admit.admitted({ identifier });
    await disconnect(now.deviceNumber, old.epoch);
    expect(await presence(now.deviceId)).toMatchObject({ online: true, epoch: now.epoch });
  });

  it('survives times and reasons that are none', async () => {
    const { deviceId, deviceNumber, epoch } = await registry.admit.admitted({ identifier: randomUUID() });
    const disconnections = [{ deviceNumber, epoch, reason: '\u0000', atMs: Number.NaN }];
    await registry.client.reportDisconnected({ disconnections });
    expect(await presence(deviceId)).toMatchObject({ online: false, reason: 'unknown' });
  });

  it('of a gateway takes along the children on its connection, and no others', async () => {
    const connectionId = randomUUID();
    const berg = (digit: string) => ({ dialect: 'berg', identifier: digit.repeat(16) });
    const gateway = await registry.admit.admitted({ ...berg('a'), connectionId });
    const gatewayNumber = gateway.deviceNumber;
    const here = await registry.admit.admitted({ ...berg('b'), connectionId, gatewayNumber });
    const gone = await registry.admit.admitted({ ...berg('c'), connectionId: randomUUID(), gatewayNumber });
    await disconnect(gateway.deviceNumber, gateway.epoch, 'bridge_gone');
    expect(await presence(here.deviceId)).toMatchObject({ online: false, reason: 'bridge_gone' });
    expect(await presence(gone.deviceId)).toMatchObject({ online: true });
  });
});

describe('being heard of', () => {
  it('moves last_seen of sessions at that node only', async () => {
    const here = await registry.admit.admitted({ identifier: randomUUID() });
    const there = await registry.admit.admitted({ identifier: randomUUID(), node: 'edge-2' });
    const before = await presence(there.deviceId);
    await registry.query("UPDATE device SET last_seen = now() - interval '1 hour' WHERE id = $1::uuid", [
      here.deviceId,
    ]);
    const atMs = Date.now() - 1_000;
    const devices = [here, there].map(({ deviceNumber, epoch }) => ({ deviceNumber, epoch }));
    await registry.client.reportSeen({ node: 'edge-1', boot: 'boot-1', atMs, devices });
    expect(await presence(here.deviceId)).toMatchObject({ lastSeenMs: atMs });
    expect(await presence(there.deviceId)).toEqual(before);
  });
});

describe('a lost edge', () => {
  const lost = (id: string) => async () => {
    const { online, reason } = await presence(id);
    return !online && reason === 'edge_lost';
  };

  it('is one whose lease lapses', async () => {
    const ask = { identifier: randomUUID(), node: 'edge-lapsed', boot: 'b' };
    const { deviceId, deviceNumber, epoch } = await registry.admit.admitted(ask);
    await eventually(lost(deviceId), { withinMs: 15_000 });

    // It was not lost after all: what it still holds under that epoch goes on.
    const report = { node: 'edge-lapsed', boot: 'b', atMs: Date.now() };
    const lease = await registry.bus.lease(edgeLease.bucket, edgeLease.ttlMs);
    await lease.put('edge-lapsed', 'b');
    await registry.client.reportSeen({ ...report, devices: [{ deviceNumber, epoch: epoch - 1n }] });
    expect((await presence(deviceId)).online).toBe(false);
    await registry.client.reportSeen({ ...report, devices: [{ deviceNumber, epoch }] });
    expect(await presence(deviceId)).toMatchObject({ online: true, edge: 'edge-lapsed', epoch, reason: '' });
    const location = await registry.client.locate({ deviceId });
    expect(location).toMatchObject({ online: true, node: 'edge-lapsed', epoch });
  });

  it('is one whose lease another boot holds; the new boot keeps its devices', async () => {
    const lease = await registry.bus.lease(edgeLease.bucket, edgeLease.ttlMs);
    await lease.put('edge-again', 'new');
    const ask = { node: 'edge-again', boot: 'old' };
    const old = await registry.admit.admitted({ ...ask, identifier: randomUUID() });
    const now = await registry.admit.admitted({ ...ask, boot: 'new', identifier: randomUUID() });
    await eventually(lost(old.deviceId));
    expect((await presence(now.deviceId)).online).toBe(true);
  });

  it('stays lost for a session that its edge ended meanwhile', async () => {
    const ask = { identifier: randomUUID(), node: 'edge-ended', boot: 'b' };
    const { deviceId, deviceNumber, epoch } = await registry.admit.admitted(ask);
    await eventually(lost(deviceId), { withinMs: 15_000 });
    await disconnect(deviceNumber, epoch, 'drain');
    const devices = [{ deviceNumber, epoch }];
    await registry.client.reportSeen({ node: 'edge-ended', boot: 'b', atMs: Date.now(), devices });
    expect(await presence(deviceId)).toMatchObject({ online: false, reason: 'drain' });
  });
});
