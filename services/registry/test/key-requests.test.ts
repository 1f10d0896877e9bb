// Printers that ask for their keys: through one bridge and through others, again and again, and in vain.
import { randomBytes } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hardwareXor } from '../src/domain/hardware-xor.js';
import { type Account, type Claims, keyOf, newPrinter, startClaims } from './_claims.js';
import { codeOf, listenAsEdge } from './_registry.js';

const SECOND_MS = 1_000;

let claims: Claims;
let owner: Account;
let other: Account;

beforeAll(async () => {
  claims = await startClaims();
  owner = await claims.newAccount();
  other = await claims.newAccount();
});
afterAll(() => claims.stop());

/** A printer that was claimed first and asked then, through a bridge of its owner's, `agoMs` ago. */
async function joined(agoMs: number) {
  const printer = newPrinter();
  const bridge = await claims.newBridge(owner);
  await claims.claim(owner, printer.code);
  await claims.asks(printer, bridge, Date.now() - agoMs);
  const { items } = await claims.client.listDevices({
    principal: owner.principal,
    ...{ dialect: 'berg', query: printer.address, tag: '', parentId: '', limit: 1, cursor: '' },
    ...{ online: undefined, organizationId: '', kind: '' },
  });
  const [device] = items;
  if (device === undefined) throw new Error('no device');
  return { printer, bridge, device };
}

const decide = (account: Account, deviceId: string, id: string, allow: boolean) =>
  claims.claims.decideKeyRequest({ principal: account.principal, deviceId, id, allow });

const auditOf = async (deviceId: string) =>
  (await claims.audit(owner)).filter(({ resource }) => resource === deviceId);

describe('another bridge', () => {
  it('gets no key before the owner allows it, and is named without its id when it is foreign', async () => {
    const { printer, bridge, device } = await joined(60 * SECOND_MS);
    const foreign = await claims.newBridge(other);
    await claims.asks(printer, foreign, Date.now() - 30 * SECOND_MS);
    await claims.asks(printer, foreign, Date.now() - 20 * SECOND_MS);
    const requests = await claims.keyRequestsOf(owner, device.id);
    expect(requests.map(({ id: _, firstAtMs, lastAtMs, ...rest }) => rest)).toEqual([
      { deviceId: device.id, bridgeIdentifier: foreign.identifier, bridgeId: '', state: 'waiting', count: 2 },
      {
        deviceId: device.id,
        bridgeIdentifier: bridge.identifier,
        bridgeId: bridge.id,
        state: 'allowed',
        count: 1,
      },
    ]);
    expect((await auditOf(device.id)).filter(({ action }) => action === 'device.key_requested')).toEqual([
      { action: 'device.key_requested', resource: device.id, details: { bridge: foreign.identifier } },
    ]);

    const [waiting] = requests;
    const allowed = await decide(owner, device.id, waiting?.id ?? '', true);
    expect(allowed.keyRequest).toMatchObject({ id: waiting?.id, state: 'allowed' });
    expect(await claims.sentTo(foreign)).toEqual([keyOf(printer)]);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer)]);
    expect((await auditOf(device.id)).map(({ action }) => action)).toContain('device.key_allowed');
  });

  it('gets none ever when it is denied', async () => {
    const { printer, device } = await joined(60 * SECOND_MS);
    const foreign = await claims.newBridge(other);
    await claims.asks(printer, foreign, Date.now() - 30 * SECOND_MS);
    const [waiting] = await claims.keyRequestsOf(owner, device.id);
    await decide(owner, device.id, waiting?.id ?? '', false);
    await claims.asks(printer, foreign);
    expect(await claims.sentTo(foreign)).toEqual([]);
    const [denied] = await claims.keyRequestsOf(owner, device.id);
    expect(denied).toMatchObject({ state: 'denied', count: 2 });
    expect((await auditOf(device.id)).map(({ action }) => action)).toContain('device.key_denied');
  });

  it('is for the owner of the printer to decide', async () => {
    const { printer, device } = await joined(60 * SECOND_MS);
    await claims.asks(printer, await claims.newBridge(other));
    const [waiting] = await claims.keyRequestsOf(owner, device.id);
    const id = waiting?.id ?? '';
    expect(await codeOf(decide(other, device.id, id, true))).toBe('not_found');
    const { device: theirs } = await joined(60 * SECOND_MS);
    expect(await codeOf(decide(owner, theirs.id, id, true))).toBe('not_found');
  });

  it('is not allowed by two that ask at once', async () => {
    const printer = newPrinter();
    const bridges = await Promise.all([1, 2, 3].map(() => claims.newBridge(owner)));
    const { claim } = await claims.claim(owner, printer.code);
    await Promise.all(bridges.map((bridge) => claims.asks(printer, bridge)));
    const found = await claims.claims.getClaim({ principal: owner.principal, id: claim?.id ?? '' });
    const requests = await claims.keyRequestsOf(owner, found.claim?.deviceId ?? '');
    expect(requests.map(({ state }) => state).toSorted()).toEqual(['allowed', 'waiting', 'waiting']);
    const sent = await Promise.all(bridges.map((bridge) => claims.sentTo(bridge)));
    expect(sent.flat()).toEqual([keyOf(printer)]);
  });
});

describe('a printer that asks again', () => {
  it('is sent its key again, once the sending before is over and ten seconds are', async () => {
    const { printer, bridge } = await joined(100 * SECOND_MS);
    const asks = (agoS: number) => claims.asks(printer, bridge, Date.now() - agoS * SECOND_MS);
    await asks(80);
    expect(await claims.sentTo(bridge)).toHaveLength(1);
    await claims.settle('failed');
    await asks(70);
    expect(await claims.sentTo(bridge)).toHaveLength(2);
    await claims.settle('succeeded');
    await asks(65);
    expect(await claims.sentTo(bridge)).toHaveLength(2);
    await asks(55);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer), keyOf(printer), keyOf(printer)]);
  });

  it('was reset, when that does not help: its owner is told once', async () => {
    const { printer, bridge, device } = await joined(600 * SECOND_MS);
    const refusals = async () =>
      (await auditOf(device.id)).filter(({ action }) => action === 'device.key_refused');
    for (let agoS = 570; agoS > 450; agoS -= 30) {
      await claims.settle('succeeded');
      expect(await refusals()).toEqual([]);
      await claims.asks(printer, bridge, Date.now() - agoS * SECOND_MS);
    }
    expect(await refusals()).toEqual([
      {
        action: 'device.key_refused',
        resource: device.id,
        details: { bridge: bridge.identifier, message: expect.stringContaining('was reset') },
      },
    ]);
    await claims.asks(printer, bridge, Date.now() - 440 * SECOND_MS);
    expect(await refusals()).toHaveLength(1);
    expect((await claims.keyRequestsOf(owner, device.id))[0]).toMatchObject({ state: 'allowed', count: 6 });

    // With the new code all is well again.
    const reset = newPrinter(printer.address);
    await claims.claim(owner, reset.code);
    expect((await claims.sentTo(bridge)).at(-1)).toEqual(keyOf(reset));
  });

  it('was not, when it was heard in between', async () => {
    const { printer, bridge, device } = await joined(600 * SECOND_MS);
    for (let agoS = 570; agoS > 300; agoS -= 30) {
      await claims.settle('succeeded');
      await claims.query('UPDATE device SET last_seen = to_timestamp($1) WHERE id = $2::uuid', [
        Date.now() / SECOND_MS - agoS - 1,
        device.id,
      ]);
      await claims.asks(printer, bridge, Date.now() - agoS * SECOND_MS);
    }
    expect((await auditOf(device.id)).map(({ action }) => action)).not.toContain('device.key_refused');
    expect(await claims.sentTo(bridge)).toHaveLength(10);
  });
});

describe('a request', () => {
  it('that comes twice counts once', async () => {
    const { printer, bridge, device } = await joined(60 * SECOND_MS);
    const atMs = Date.now() - 30 * SECOND_MS;
    await claims.settle('succeeded');
    for (let times = 0; times < 3; times++) await claims.asks(printer, bridge, atMs);
    expect((await claims.keyRequestsOf(owner, device.id))[0]?.count).toBe(2);
    expect(await claims.sentTo(bridge)).toHaveLength(2);
  });

  it('from the future, of nobody, or through nothing does no harm', async () => {
    const { printer, bridge, device } = await joined(60 * SECOND_MS);
    await claims.asks(printer, bridge, Date.now() + 3_600 * SECOND_MS);
    await claims.asks(printer, bridge, Number.NaN);
    const [request] = await claims.keyRequestsOf(owner, device.id);
    expect(request?.lastAtMs).toBeLessThanOrEqual(Date.now());
    await claims.asks({ address: 'not an address' }, bridge);
    await claims.asks(printer, { ...bridge, number: 987_654_321n });
    expect(await claims.keyRequestsOf(owner, device.id)).toHaveLength(1);
  });

  it('is kept for 64 printers of a bridge', async () => {
    const bridge = await claims.newBridge(owner);
    for (let index = 0; index < 70; index++) await claims.asks(newPrinter(), bridge);
    const text = 'SELECT count(*)::int AS kept FROM key_request WHERE bridge_id = $1::uuid';
    expect(await claims.query(text, [bridge.id])).toEqual([{ kept: 64 }]);
  });

  it('leads to the address of which the database says the same as the code', async () => {
    const addresses = Array.from({ length: 200 }, () => randomBytes(8).toString('hex'));
    const text =
      'SELECT berg_hardware_xor(a) AS xor FROM unnest($1::text[]) WITH ORDINALITY u(a, n) ORDER BY n';
    const found = await claims.query<{ xor: number }>(text, [addresses]);
    expect(found.map(({ xor }) => xor)).toEqual(addresses.map(hardwareXor));
  });
});

describe("a printer behind another organization's bridge", () => {
  const behind = (printer: { address: string }, bridge: { number: bigint }) => ({
    dialect: 'berg',
    deviceKind: 'printer',
    policy: 'credentials',
    identifier: printer.address,
    gatewayNumber: bridge.number,
  });

  it('is let in where its owner allows its key, and nowhere else', async () => {
    const told = await listenAsEdge(claims.bus, 'edge-1');
    const printer = newPrinter();
    const [allowed, unasked] = [await claims.newBridge(other), await claims.newBridge(other)];
    await claims.asks(printer, allowed, Date.now() - 60 * SECOND_MS);
    const { device } = await claims.claim(owner, printer.code);
    const admitted = await claims.admit.admitted(behind(printer, allowed));
    expect(admitted).toMatchObject({ deviceId: device?.id, organizationId: owner.organization.id });
    expect(await claims.admit.refusal(behind(printer, unasked))).toBe('forbidden');
    await claims.asks(printer, unasked);
    expect(await claims.admit.refusal(behind(printer, unasked))).toBe('forbidden');

    const requests = await claims.keyRequestsOf(owner, device?.id ?? '');
    const through = requests.find(({ bridgeIdentifier }) => bridgeIdentifier === allowed.identifier);
    await decide(owner, device?.id ?? '', through?.id ?? '', false);
    const [notice] = await eventually(() => told.length > 0 && told);
    expect(notice).toMatchObject({ deviceNumber: admitted.deviceNumber, epoch: admitted.epoch });
    expect(await claims.admit.refusal(behind(printer, allowed))).toBe('forbidden');
  });

  it('is not let in there any more once somebody else has it', async () => {
    const printer = newPrinter();
    const bridge = await claims.newBridge(other);
    await claims.asks(printer, bridge);
    const { device } = await claims.claim(owner, printer.code);
    expect(await claims.admit.refusal(behind(printer, bridge))).toBe('admitted');
    await claims.client.deleteDevice({ principal: owner.principal, id: device?.id ?? '' });
    await claims.client.createDevice({
      principal: owner.principal,
      ...{ organizationId: '', dialect: 'berg', identifier: printer.address, name: '', tags: [] },
      ...{ kind: 'printer', parentId: '', idempotencyKey: '' },
    });
    expect(await claims.admit.refusal(behind(printer, bridge))).toBe('forbidden');
  });
});
