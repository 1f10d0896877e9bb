// Consoles that were opened end with the rights of their people and with their edges, and each end is noted once.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { audit, type bus, edgeLease, registry as messages } from '@mooring/proto';
import { uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enrol,
  listenAsEdge,
  newAccount,
  type Replica,
  startRegistry,
  type TestRegistry,
} from './_registry.js';

const PERSONS_EDGE = { node: 'edge-2', boot: 'boot-1' };
let registry: TestRegistry;
let second: Replica;
let owner: Awaited<ReturnType<typeof newAccount>>;
let device: messages.Device;
let told: bus.Delivery[];

beforeAll(async () => {
  registry = await startRegistry();
  second = await registry.startReplica();
  told = await listenAsEdge(registry.bus, PERSONS_EDGE.node);
  owner = await newAccount(registry.client);
  device = await nerves('dev-1');
});
afterAll(async () => {
  await second?.stop();
  await registry?.stop();
});

async function nerves(identifier: string): Promise<messages.Device> {
  const made = await enrol(registry.client, owner.principal, { dialect: 'nerveshub', identifier });
  await registry.admit.admitted({ dialect: 'nerveshub', identifier });
  return made;
}

/** Opens one, by the owner unless somebody else is named; with its session and connection. */
async function open(more: Partial<messages.OpenConsoleRequest> = {}) {
  const session = { sessionId: randomUUID(), connectionId: randomUUID() };
  const who = more.apiKeyId === undefined ? { userId: owner.user.id } : {};
  const request = { ...who, name: device.id, kind: 'iex', ...PERSONS_EDGE, ...session, ...more };
  await registry.client.openConsole(messages.OpenConsoleRequest.fromPartial(request));
  return session;
}

/** Its opening, then its end: entries of one millisecond are in no order. */
async function notes(sessionId: string) {
  const page = { principal: owner.principal, organizationId: owner.organization.id, limit: 500 };
  const { items } = await registry.client.listAudit(messages.ListAuditRequest.fromPartial(page));
  return items
    .map((item) => ({ ...item, details: JSON.parse(item.detailsJson) }))
    .filter(({ details }) => details.session_id === sessionId)
    .sort((one, other) => other.action.localeCompare(one.action));
}

/** Resolves when the person's edge was told to end it. */
const withdrawn = (connectionId: string): Promise<bus.Delivery> =>
  eventually(() => told.find((each) => each.connectionId === connectionId), {
    ...{ what: 'the end of the console', withinMs: 30_000 },
  });

/** As the person's edge says it. */
function close(sessionId: string, more: Partial<bus.AuditEntry> = {}): Promise<unknown> {
  const organizationId = owner.organization.id;
  const details = { session_id: sessionId, kind: 'iex', reason: 'person_left', duration_s: 1 };
  const what = { action: 'console.closed', resource: device.id, detailsJson: JSON.stringify(details) };
  const entry = { id: uuidv7(), organizationId, atMs: Date.now(), actor: owner.user.id, ...what, ...more };
  return registry.bus.persist(audit.entry, { organization: organizationId }, entry, { id: entry.id });
}

/** Resolves when everything that was told before is kept. */
async function toldUntilNow(): Promise<void> {
  const last = uuidv7();
  await close(last, { id: last, action: 'test.last' });
  await eventually(async () => (await notes(last)).length === 1);
}

async function member(role: string) {
  const guest = await newAccount(registry.client);
  const add = (as: string) => {
    const { principal } = owner;
    const request = { principal, organizationId: owner.organization.id, email: guest.email, role: as };
    return registry.client.addMember(messages.AddMemberRequest.fromPartial(request));
  };
  await add(role);
  return { id: guest.user.id, become: add };
}

async function key(): Promise<string> {
  const request = {
    ...owner,
    name: 'k',
    organizationId: owner.organization.id,
    role: 'operator',
    scopes: [],
  };
  const { apiKey } = await registry.client.createApiKey(messages.CreateApiKeyRequest.fromPartial(request));
  return apiKey?.id ?? '';
}

describe('a console ends at its edge', () => {
  it('when its person gets a lesser role, and nobody else’s does', async () => {
    const [guest, stays] = [await member('operator'), await member('operator')];
    const [console, other] = [await open({ userId: guest.id }), await open({ userId: stays.id })];
    await guest.become('viewer');
    expect(await withdrawn(console.connectionId)).toMatchObject({
      ...{ deviceNumber: 0n, epoch: 0n },
      content: { $case: 'disconnect', value: { reason: 'rights_withdrawn' } },
    });
    await close(console.sessionId);
    await toldUntilNow();
    // Whoever looks again finds those that still must end, in the order in which they were opened.
    const last = await open({ apiKeyId: await key() });
    await registry.query('DELETE FROM api_key WHERE organization_id = $1', [owner.organization.id]);
    await withdrawn(last.connectionId);
    expect(told.filter(({ connectionId }) => connectionId === other.connectionId)).toEqual([]);
    await Promise.all([other, last].map(({ sessionId }) => close(sessionId)));
  });

  it('when its person is no member any more', async () => {
    const guest = await member('admin');
    const { connectionId, sessionId } = await open({ userId: guest.id });
    const request = { ...owner, organizationId: owner.organization.id, userId: guest.id };
    await registry.client.removeMember(messages.RemoveMemberRequest.fromPartial(request));
    await withdrawn(connectionId);
    await close(sessionId);
  });

  it('when its key is deleted, whichever replica did it', async () => {
    const apiKeyId = await key();
    const { connectionId, sessionId } = await open({ apiKeyId });
    await second.client.deleteApiKey({ principal: owner.principal, id: apiKeyId });
    await withdrawn(connectionId);
    await close(sessionId);
  });

  it('when its device has gone to another organization, also of the same person', async () => {
    const moved = await nerves('dev-moved');
    const stranger = await newAccount(registry.client);
    const add = { principal: stranger.principal, organizationId: stranger.organization.id };
    await registry.client.addMember(
      messages.AddMemberRequest.fromPartial({ ...add, email: owner.email, role: 'operator' }),
    );
    const { connectionId, sessionId } = await open({ name: moved.id });
    await registry.query('UPDATE device SET organization_id = $1 WHERE id = $2', [
      ...[stranger.organization.id, moved.id],
    ]);
    await withdrawn(connectionId);
    await close(sessionId);
  });
});

describe('the end of a console', () => {
  it('is kept as its edge tells it, once', async () => {
    const { sessionId } = await open();
    const id = uuidv7();
    await close(sessionId, { id });
    await close(sessionId, { id });
    await close(sessionId);
    await toldUntilNow();
    expect(await notes(sessionId)).toMatchObject([
      { action: 'console.opened' },
      { action: 'console.closed', id, details: { reason: 'person_left' } },
    ]);
  });

  it('is kept as well of one that the registry does not know', async () => {
    const sessionId = randomUUID();
    await close(sessionId);
    await toldUntilNow();
    expect(await notes(sessionId)).toHaveLength(1);
  });

  it('is noted once when its edge is lost, and what that edge still said comes too late', async () => {
    const lost = { node: 'edge-killed', boot: 'b' };
    const [first, other] = [await open(lost), await open(lost)];
    const told = await open(lost);
    await close(told.sessionId);
    const ended = async (sessionId: string) => (await notes(sessionId)).length > 1;
    for (const { sessionId } of [first, other]) {
      await eventually(() => ended(sessionId), { what: 'the note of the end', withinMs: 30_000 });
    }
    await close(first.sessionId);
    await toldUntilNow();
    for (const { sessionId } of [first, other]) {
      expect(await notes(sessionId)).toMatchObject([
        { action: 'console.opened', actor: owner.user.id },
        {
          ...{ action: 'console.closed', actor: owner.user.id, resource: device.id },
          details: {
            session_id: sessionId,
            kind: 'iex',
            reason: 'edge_lost',
            duration_s: expect.any(Number),
          },
        },
      ]);
    }
    const [, end] = await notes(told.sessionId);
    expect(end).toMatchObject({ details: { reason: 'person_left' } });
    expect(await notes(told.sessionId)).toHaveLength(2);
  });

  it('is noted of the boot that is lost, and not of the one that follows it', async () => {
    const lease = await registry.bus.lease(edgeLease.bucket, edgeLease.ttlMs);
    await lease.put('edge-again', 'new');
    const old = await open({ node: 'edge-again', boot: 'old' });
    const now = await open({ node: 'edge-again', boot: 'new' });
    await eventually(async () => (await notes(old.sessionId)).length === 2, { withinMs: 30_000 });
    expect(await notes(now.sessionId)).toHaveLength(1);
  });

  it('is noted of one that was opened longer ago than any stays open', async () => {
    const { sessionId } = await open();
    await registry.query("UPDATE console_session SET opened_at = now() - interval '10 hours' WHERE id = $1", [
      sessionId,
    ]);
    await eventually(async () => (await notes(sessionId)).length === 2, { withinMs: 30_000 });
    expect((await notes(sessionId))[1]).toMatchObject({ details: { reason: 'unknown' } });
  });
});
