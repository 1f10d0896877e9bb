// Letting devices in: batches, newest wins, policies, tokens, children, and a database that goes away.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrol, listenAsEdge, newAccount, startRegistry, type TestRegistry } from './_registry.js';

let registry: TestRegistry;
let owner: Awaited<ReturnType<typeof newAccount>>;

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.stop());

describe('before there is an organization', () => {
  it('refuses an unknown device under open as unavailable', async () => {
    expect(await registry.admit.refusal({ identifier: 'early' })).toBe('unavailable');
    owner = await newAccount(registry.client);
    expect(await registry.admit.refusal({ identifier: 'early' })).toBe('admitted');
  });
});

describe('a thousand devices at once', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `storm-${index}`);

  it('are registered on sight and admitted again, batch by batch', async () => {
    const first = await Promise.all(names.map((identifier) => registry.admit.admitted({ identifier })));
    expect(new Set(first.map((each) => each.deviceNumber)).size).toBe(1000);
    expect(first.every((each) => each.epoch === 1n && each.organizationId === owner.organization.id)).toBe(
      true,
    );

    const before = await statements();
    const second = await Promise.all(names.map((identifier) => registry.admit.admitted({ identifier })));
    expect(second.every((each) => each.epoch === 2n)).toBe(true);
    expect(second.map((each) => each.deviceNumber)).toEqual(first.map((each) => each.deviceNumber));
    // They come over one stream, so a batch holds what had been read when it left: how many there are is the machine's.
    expect((await statements()) - before).toBeLessThanOrEqual(100);
  });

  async function statements(): Promise<number> {
    const text = 'SELECT count(DISTINCT since)::int AS batches FROM device WHERE epoch >= 2';
    return (await registry.query<{ batches: number }>(text))[0]?.batches ?? 0;
  }
});

describe('a device that is online elsewhere', () => {
  it('is admitted, and the other edge is told with the old epoch', async () => {
    const told = await listenAsEdge(registry.bus, 'edge-1');
    const identifier = randomUUID();
    const old = await registry.admit.admitted({ identifier, node: 'edge-1', connectionId: 'c-old' });
    const now = await registry.admit.admitted({ identifier, node: 'edge-2', connectionId: 'c-new' });
    expect(now.epoch).toBe(old.epoch + 1n);
    const [delivery] = await eventually(() => told.length > 0 && told);
    expect(delivery).toEqual({
      connectionId: 'c-old',
      deviceNumber: old.deviceNumber,
      epoch: old.epoch,
      content: { $case: 'superseded', value: {} },
    });
    const location = await registry.client.locate({ deviceId: now.deviceId });
    expect(location).toMatchObject({
      online: true,
      node: 'edge-2',
      connectionId: 'c-new',
      epoch: now.epoch,
    });
    const { items } = await registry.client.listConnections({
      principal: owner.principal,
      deviceId: now.deviceId,
      limit: 0,
      cursor: '',
    });
    expect(items.map(({ epoch, reason }) => [epoch, reason])).toEqual([
      [2n, ''],
      [1n, 'superseded'],
    ]);
  });

  it('wins in order of arrival within one gather', async () => {
    const identifier = randomUUID();
    const asks = Array.from({ length: 5 }, (_, index) => `c-${index}`);
    const admitted = await Promise.all(
      asks.map((connectionId) => registry.admit.admitted({ identifier, connectionId })),
    );
    expect(admitted.map((each) => each.epoch)).toEqual([1n, 2n, 3n, 4n, 5n]);
    const location = await registry.client.locate({ deviceId: admitted[0]?.deviceId ?? '' });
    expect(location).toMatchObject({ connectionId: 'c-4', epoch: 5n });
  });

  it('has one epoch per admission whichever replica it reaches', async () => {
    const other = await registry.startReplica();
    const names = Array.from({ length: 50 }, () => randomUUID());
    const both = [registry.admit, other.admit];
    const asked = names.flatMap((identifier) =>
      both.flatMap((admit) => [admit.admitted({ identifier }), admit.admitted({ identifier })]),
    );
    const admitted = await Promise.all(asked);
    const seen = new Set(admitted.map((each) => `${each.deviceNumber} ${each.epoch}`));
    expect(seen.size).toBe(200);
    expect(admitted.every((each) => each.epoch <= 4n)).toBe(true);
    const streamEnded = other.admit.ended;
    await other.stop();
    await streamEnded;
  });
});

describe('policies', () => {
  it('turn unknown devices away unless open', async () => {
    const unknown = (policy: string) => registry.admit.refusal({ identifier: randomUUID(), policy });
    expect([await unknown('enrolled'), await unknown('credentials')]).toEqual(['not_found', 'not_found']);
  });

  it('let enrolled devices in without a token', async () => {
    const { identifier } = await enrol(registry.client, owner.principal);
    expect(await registry.admit.refusal({ identifier, policy: 'enrolled' })).toBe('admitted');
    expect(await registry.admit.refusal({ identifier, policy: 'credentials' })).toBe('unauthenticated');
  });

  it('demand of each dialect the token it can carry', async () => {
    for (const [dialect, identifier, bare] of [
      ['camera', randomUUID(), 'unauthenticated'],
      ['nerveshub', randomUUID(), 'unauthenticated'],
      ['kinetid', '39628657580236', 'admitted'],
      ['berg', '000d6f000273ce0b', 'admitted'],
    ] as const) {
      await enrol(registry.client, owner.principal, { dialect, identifier });
      const refusal = await registry.admit.refusal({ dialect, identifier, policy: 'credentials' });
      expect([dialect, refusal]).toEqual([dialect, bare]);
    }
  });

  it('check a token that is presented against the credentials that are active', async () => {
    const device = await enrol(registry.client, owner.principal);
    const { identifier } = device;
    const under = (policy: string, token: string) => registry.admit.refusal({ identifier, policy, token });
    // Nothing to compare with: ignored, except where a credential is demanded.
    expect([await under('open', 'x'), await under('credentials', 'x')]).toEqual([
      'admitted',
      'unauthenticated',
    ]);
    const { secret, credential } = await registry.client.createCredential({
      principal: owner.principal,
      deviceId: device.id,
      type: 'token',
      name: '',
      idempotencyKey: '',
      expiresAtMs: undefined,
    });
    expect(secret).toMatch(/^mdt_/);
    expect([await under('open', 'x'), await under('open', ''), await under('credentials', secret)]).toEqual([
      'unauthenticated',
      'admitted',
      'admitted',
    ]);
    await registry.query('UPDATE credential SET expires_at = now() WHERE id = $1::uuid', [credential?.id]);
    expect(await under('credentials', secret)).toBe('unauthenticated');
  });

  it('ask a plug for its token once it has one', async () => {
    const device = await enrol(registry.client, owner.principal, { dialect: 'kinetid', identifier: '77' });
    const ask = { dialect: 'kinetid', identifier: '77', policy: 'credentials' };
    const request = { principal: owner.principal, deviceId: device.id, type: 'token', name: '' };
    const { secret } = await registry.client.createCredential({
      ...request,
      idempotencyKey: '',
      expiresAtMs: undefined,
    });
    expect(await registry.admit.refusal(ask)).toBe('unauthenticated');
    expect(await registry.admit.refusal({ ...ask, token: secret })).toBe('admitted');
  });

  it('let nothing malformed spoil the batch it is in', async () => {
    const asked = [
      registry.admit.refusal({ identifier: 'a\u0000b' }),
      registry.admit.refusal({ identifier: 'x', dialect: 'viewer' }),
      registry.admit.refusal({ identifier: randomUUID() }),
    ];
    expect(await Promise.all(asked)).toEqual(['invalid', 'invalid', 'admitted']);
  });
});

describe('children', () => {
  const printer = () => ({ dialect: 'berg', identifier: randomUUID().replaceAll('-', '').slice(0, 16) });

  it('are registered on sight in the organization of their bridge, under any policy', async () => {
    const other = await newAccount(registry.client);
    const bridge = printer();
    await enrol(registry.client, other.principal, bridge);
    const gateway = await registry.admit.admitted({ ...bridge, policy: 'credentials' });
    const child = await registry.admit.admitted({
      ...printer(),
      policy: 'credentials',
      gatewayNumber: gateway.deviceNumber,
    });
    expect(child.organizationId).toBe(other.organization.id);
    const { device } = await registry.client.getDevice({ principal: other.principal, id: child.deviceId });
    expect(device?.parentId).toBe(gateway.deviceId);
  });

  it('must belong to the organization of their gateway, and follow it', async () => {
    const other = await newAccount(registry.client);
    const foreign = await enrol(registry.client, other.principal);
    const [first, second] = [printer(), printer()];
    const bridges = await Promise.all([first, second].map((each) => registry.admit.admitted(each)));
    const [one, two] = bridges.map((each) => each.deviceNumber);
    const { identifier } = foreign;
    expect(await registry.admit.refusal({ identifier, gatewayNumber: one })).toBe('forbidden');
    expect(await registry.admit.refusal({ identifier: randomUUID(), gatewayNumber: 999_999n })).toBe(
      'not_found',
    );

    const child = printer();
    await registry.admit.admitted({ ...child, gatewayNumber: one });
    const { deviceId } = await registry.admit.admitted({ ...child, gatewayNumber: two });
    const { device } = await registry.client.getDevice({ principal: owner.principal, id: deviceId });
    expect(device?.parentId).toBe(bridges[1]?.deviceId);
  });

  it('are unknown when passive plugs nobody enrolled', async () => {
    const gateway = await registry.admit.admitted({ dialect: 'kinetid', identifier: '1001' });
    const plug = { dialect: 'kinetid', identifier: '1002', gatewayNumber: gateway.deviceNumber };
    expect(await registry.admit.refusal({ ...plug, policy: 'enrolled' })).toBe('not_found');
    expect(await registry.admit.refusal({ ...plug, policy: 'open' })).toBe('admitted');
  });
});

describe('without Postgres', () => {
  it('refuses as unavailable within seconds, and recovers', async () => {
    await registry.postgres.kill();
    const startMs = Date.now();
    expect(await registry.admit.refusal({ identifier: 'later' })).toBe('unavailable');
    expect(Date.now() - startMs).toBeLessThan(25_000);
    // The killed server's processes take a moment to let go of its memory.
    await eventually(() => registry.postgres.restart().then(() => true));
    await eventually(async () => (await registry.admit.refusal({ identifier: 'later' })) === 'admitted');
  });
});
