import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Account, type Claims, keyOf, newPrinter, startClaims, twinOf } from './_claims.js';
import { codeOf, listenAsEdge } from './_registry.js';

let claims: Claims;
let owner: Account;
let other: Account;

beforeAll(async () => {
  claims = await startClaims();
  owner = await claims.newAccount();
  other = await claims.newAccount();
});
afterAll(() => claims.stop());

const faultOf = (call: Promise<unknown>): Promise<Record<string, unknown>> =>
  call.then(
    () => ({}),
    (error: Error) => ({ ...error, message: error.message }),
  );

describe('a claim before its printer', () => {
  it('is pending for all to see, and taken when the printer asks for its key', async () => {
    const printer = newPrinter();
    const { claim, device } = await claims.claim(owner, printer.code.toUpperCase(), { name: 'Hall' });
    expect(claim).toMatchObject({ state: 'pending', name: 'Hall', deviceId: '' });
    expect(claim?.codeHint).toBe(`${printer.code.slice(0, 4)}-····-····-····`);
    expect(device).toBeUndefined();
    expect(await claims.claimsOf(owner, 'pending')).toContainEqual(claim);

    const bridge = await claims.newBridge(owner);
    await claims.asks(printer, bridge);
    const { claim: taken } = await claims.claims.getClaim({
      principal: owner.principal,
      id: claim?.id ?? '',
    });
    expect(taken).toMatchObject({ state: 'claimed', claimedAtMs: expect.any(Number) });
    expect(await claims.device(owner, taken?.deviceId ?? '')).toMatchObject({
      identifier: printer.address,
      dialect: 'berg',
      kind: 'printer',
      name: 'Hall',
    });
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer)]);
    const [request] = await claims.keyRequestsOf(owner, taken?.deviceId ?? '');
    expect(request).toMatchObject({ state: 'allowed', bridgeId: bridge.id, count: 1 });
  });

  it('waits for the printer that it names', async () => {
    const printer = newPrinter();
    const twin = twinOf(printer.address);
    const { claim } = await claims.claim(owner, printer.code, { identifier: printer.address });
    const bridge = await claims.newBridge(owner);
    await claims.asks({ address: twin }, bridge);
    expect(await claims.sentTo(bridge)).toEqual([]);
    await claims.asks(printer, bridge);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer)]);
    expect((await claims.claimsOf(owner, 'claimed')).map(({ id }) => id)).toContain(claim?.id);
  });

  it('gives way to a newer one', async () => {
    const [first, second] = [newPrinter(), newPrinter()];
    const newer = { ...newPrinter(first.address) };
    await claims.claim(other, first.code);
    const { claim } = await claims.claim(owner, newer.code);
    const bridge = await claims.newBridge(owner);
    await claims.asks(first, bridge);
    await claims.asks(second, bridge);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(newer)]);
    const taken = await claims.claims.getClaim({ principal: owner.principal, id: claim?.id ?? '' });
    expect(taken.claim?.state).toBe('claimed');
  });

  it('can be withdrawn, which frees its code', async () => {
    const printer = newPrinter();
    const { claim } = await claims.claim(owner, printer.code);
    const withdraw = () => claims.claims.deleteClaim({ principal: owner.principal, id: claim?.id ?? '' });
    expect([await codeOf(withdraw()), await codeOf(withdraw())]).toEqual(['ok', 'ok']);
    const bridge = await claims.newBridge(owner);
    await claims.asks(printer, bridge);
    expect(await claims.sentTo(bridge)).toEqual([]);
    const again = await claims.claim(other, printer.code);
    expect(again.claim?.state).toBe('claimed');
    const used = claims.claims.deleteClaim({ principal: other.principal, id: again.claim?.id ?? '' });
    expect(await codeOf(used)).toBe('conflict');
  });
});

describe('a printer before its claim', () => {
  it('is claimed at once, and the bridge that passed on its last request is sent its key', async () => {
    const printer = newPrinter();
    const [first, last] = [await claims.newBridge(other), await claims.newBridge(owner)];
    await claims.asks(printer, first, Date.now() - 40_000);
    await claims.asks(printer, last, Date.now() - 10_000);
    const { claim, device } = await claims.claim(owner, printer.code, { name: 'Shelf' });
    expect(claim).toMatchObject({ state: 'claimed', deviceId: device?.id });
    expect(device).toMatchObject({ identifier: printer.address, name: 'Shelf' });
    expect([await claims.sentTo(first), await claims.sentTo(last)]).toEqual([[], [keyOf(printer)]]);
    expect((await claims.keyRequestsOf(owner, device?.id ?? '')).map(({ state }) => state)).toEqual([
      'allowed',
    ]);
  });

  it('is found though it never asked, when it is registered', async () => {
    const printer = newPrinter();
    const gateway = await claims.newBridge(owner);
    const ask = { dialect: 'berg', deviceKind: 'printer', gatewayNumber: gateway.number };
    const { deviceId } = await claims.admit.admitted({ ...ask, identifier: printer.address });
    const { device } = await claims.claim(owner, printer.code, { name: 'Desk' });
    expect(device).toMatchObject({ id: deviceId, name: 'Desk' });
  });

  it('may be in whatever organization had it on sight', async () => {
    const printer = newPrinter();
    const gateway = await claims.newBridge(other);
    const ask = { dialect: 'berg', deviceKind: 'printer', gatewayNumber: gateway.number };
    const before = await claims.admit.admitted({ ...ask, identifier: printer.address });
    const { device } = await claims.claim(owner, printer.code);
    expect(device?.id).not.toBe(before.deviceId);
    expect(await codeOf(claims.device(other, before.deviceId))).toBe('not_found');
    expect((await claims.audit(other)).map(({ action }) => action)).toContain('device.transferred_away');
  });
});

describe('the same code again', () => {
  it('changes nothing for the same organization, but sends the key where the printer asks now', async () => {
    const printer = newPrinter();
    const [first, moved] = [await claims.newBridge(owner), await claims.newBridge(other)];
    await claims.asks(printer, first, Date.now() - 60_000);
    const { claim, device } = await claims.claim(owner, printer.code);
    await claims.asks(printer, moved);
    expect(await claims.sentTo(moved)).toEqual([]);
    const again = await claims.claim(owner, printer.code.replaceAll('-', ' '), { name: 'ignored' });
    expect([again.claim, again.device?.id]).toEqual([claim, device?.id]);
    expect(await claims.sentTo(moved)).toEqual([keyOf(printer)]);
    const states = (await claims.keyRequestsOf(owner, device?.id ?? '')).map(({ state }) => state);
    expect(states).toEqual(['allowed', 'allowed']);
  });

  it('is refused to anybody else, whatever became of it, in words that tell nothing of whose it is', async () => {
    const [pending, printer] = [newPrinter(), newPrinter()];
    await claims.claim(owner, pending.code);
    await claims.asks(printer, await claims.newBridge(owner));
    await claims.claim(owner, printer.code, { name: 'Secret place' });
    const faults = [
      await faultOf(claims.claim(other, pending.code)),
      await faultOf(claims.claim(other, printer.code)),
    ];
    for (const fault of faults) {
      expect(fault).toMatchObject({ code: 'conflict', details: [{ field: 'code' }] });
      expect(fault['message']).toMatch(/has been used already.*reset/);
    }
    expect(faults[0]?.['message']).toBe(faults[1]?.['message']);
    expect(JSON.stringify(faults)).not.toMatch(new RegExp(`${owner.organization.id}|Secret place`));
  });

  it('claims anew when the device was deleted', async () => {
    const printer = newPrinter();
    const bridge = await claims.newBridge(owner);
    await claims.asks(printer, bridge);
    const { device } = await claims.claim(owner, printer.code);
    await claims.client.deleteDevice({ principal: owner.principal, id: device?.id ?? '' });
    const anew = await claims.claim(owner, printer.code);
    expect(anew.claim?.state).toBe('claimed');
    expect(anew.device?.id).not.toBe(device?.id);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer), keyOf(printer)]);
  });
});

describe('a new code', () => {
  it('replaces the key of the same organization, and the old code for good', async () => {
    const old = newPrinter();
    const reset = newPrinter(old.address);
    const bridge = await claims.newBridge(owner);
    await claims.asks(old, bridge);
    const before = await claims.claim(owner, old.code, { name: 'Hall' });
    const after = await claims.claim(owner, reset.code, { name: 'another name' });
    expect(after.device).toMatchObject({ id: before.device?.id, name: 'Hall' });
    expect(await claims.sentTo(bridge)).toEqual([keyOf(old), keyOf(reset)]);
    const { claim } = await claims.claims.getClaim({
      principal: owner.principal,
      id: before.claim?.id ?? '',
    });
    expect(claim?.state).toBe('replaced');
    expect(await codeOf(claims.claim(owner, old.code))).toBe('conflict');
  });

  it('moves the printer of another organization, without its history, and ends its session', async () => {
    const told = await listenAsEdge(claims.bus, 'edge-2');
    const old = newPrinter();
    const sold = newPrinter(old.address);
    const [theirs, mine] = [await claims.newBridge(owner), await claims.newBridge(other)];
    await claims.asks(old, theirs, Date.now() - 60_000);
    const before = await claims.claim(owner, old.code, { name: 'Living room' });
    const ask = { dialect: 'berg', deviceKind: 'printer', identifier: old.address, policy: 'enrolled' };
    const behind = (bridge: { number: bigint }) =>
      claims.admit.refusal({ ...ask, node: 'edge-2', connectionId: 'c-1', gatewayNumber: bridge.number });
    expect(await behind(theirs)).toBe('admitted');

    const { claim, device } = await claims.claim(other, sold.code, { name: 'Kitchen' });
    expect(claim?.state).toBe('claimed');
    expect(device).toMatchObject({ organizationId: other.organization.id, name: 'Kitchen', tags: [] });
    expect(device?.id).not.toBe(before.device?.id);
    expect(device?.number).not.toBe(before.device?.number);
    const [notice] = await eventually(() => told.length > 0 && told);
    expect(notice).toMatchObject({
      deviceNumber: before.device?.number,
      content: { $case: 'disconnect', value: { reason: 'device_deleted' } },
    });

    const [away] = (await claims.audit(owner)).filter(({ action }) => action === 'device.transferred_away');
    expect(away).toEqual({
      action: 'device.transferred_away',
      resource: before.device?.id,
      details: { dialect: 'berg', identifier: old.address },
    });
    const here = (await claims.audit(other)).filter(({ resource }) => resource === device?.id);
    expect(here.map(({ action }) => action)).toEqual(['device.claimed']);
    const claimsOfOld = await claims.claimsOf(owner, 'replaced');
    expect(claimsOfOld.map(({ id, deviceId }) => [id, deviceId])).toContainEqual([before.claim?.id, '']);

    // It has not asked since it was heard there: nothing says that it left its old owner's bridge.
    expect(await claims.sentTo(theirs)).toEqual([keyOf(old)]);
    expect(await behind(theirs)).toBe('forbidden');
    await claims.asks(sold, mine);
    expect(await claims.sentTo(mine)).toEqual([keyOf(sold)]);
    expect(await behind(mine)).toBe('admitted');
    expect(await codeOf(claims.claim(owner, old.code))).toBe('conflict');
  });

  it('moves it together with its key, when it has asked since', async () => {
    const old = newPrinter();
    const sold = newPrinter(old.address);
    const [theirs, mine] = [await claims.newBridge(owner), await claims.newBridge(other)];
    await claims.asks(old, theirs, Date.now() - 60_000);
    await claims.claim(owner, old.code);
    await claims.asks(sold, mine);
    const { device } = await claims.claim(other, sold.code);
    expect(await claims.sentTo(mine)).toEqual([keyOf(sold)]);
    const requests = await claims.keyRequestsOf(other, device?.id ?? '');
    expect(requests.map(({ bridgeId, state }) => [bridgeId, state])).toEqual([[mine.id, 'allowed']]);
  });
});

describe('two printers with one hardware xor', () => {
  it('are told apart by who asked last', async () => {
    const printer = newPrinter();
    const twin = twinOf(printer.address);
    const bridge = await claims.newBridge(owner);
    await claims.asks({ address: twin }, bridge, Date.now() - 30_000);
    await claims.asks(printer, bridge, Date.now() - 20_000);
    const { device } = await claims.claim(owner, printer.code);
    expect(device?.identifier).toBe(printer.address);
    expect(await claims.sentTo(bridge)).toEqual([keyOf(printer)]);
    // The other one stays unclaimed and is the next one's.
    const next = newPrinter(twin);
    expect((await claims.claim(other, next.code)).device?.identifier).toBe(twin);
  });

  it('are told apart by whoever says which one they mean', async () => {
    const printer = newPrinter();
    const twin = twinOf(printer.address);
    const bridge = await claims.newBridge(owner);
    await claims.asks(printer, bridge, Date.now() - 30_000);
    await claims.asks({ address: twin }, bridge, Date.now() - 20_000);
    const meant = { identifier: `0x${printer.address.toUpperCase()}` };
    const { device } = await claims.claim(owner, printer.code, meant);
    expect(device?.identifier).toBe(printer.address);
    const fault = await faultOf(claims.claim(owner, printer.code, { identifier: twin }));
    expect(fault).toMatchObject({ code: 'conflict', message: expect.stringContaining(printer.address) });
  });

  it('are not told apart by an identifier that does not fit', async () => {
    const fault = await faultOf(claims.claim(owner, newPrinter().code, { identifier: newPrinter().address }));
    expect(fault).toMatchObject({ code: 'invalid', details: [{ field: 'identifier' }] });
  });
});
