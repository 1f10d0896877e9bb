// Deployment groups and update settings over HTTP, in front of a service that says what it was asked.
import { firmware } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { deviceId, knowing, organizationId, userId } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

const groupId = '01890a5d-ac96-774b-bcce-b302099a8010';
const uuid = 'ed3c404e-dbb1-5b02-3528-0d08a644895e';
let mooring: Platform;
let created: firmware.CreateDeploymentGroupRequest[] = [];
let updated: firmware.UpdateDeploymentGroupRequest[] = [];
let controlled: string[] = [];
let wished: firmware.SetDeviceUpdatesRequest[] = [];

const settings = firmware.DeploymentSettings.fromPartial({
  name: 'Clocks',
  product: 'demo',
  firmwareUuid: uuid,
  conditions: { version: '~> 1.0', tags: ['beta'], tagOperator: 'and' },
  queueManagement: 'fifo',
  phases: [{ size: { $case: 'percent', value: 10 }, soakMinutes: 5 }],
});
const group = (fields: Partial<firmware.DeploymentGroup> = {}): firmware.DeploymentGroup =>
  firmware.DeploymentGroup.fromPartial({
    ...{ id: groupId, number: 3, organizationId, settings, state: 'running', isActive: true, revision: 7 },
    ...fields,
  });
const updates = firmware.DeviceUpdates.fromPartial({ deviceId, updatesEnabled: true, attempts: 2 });

beforeAll(async () => {
  mooring = await platform({
    registry: knowing,
    firmware: {
      listUpdates: unary(async () => {
        const update = { id: groupId, deviceId, status: 'failed', firmwareUuid: uuid, actor: userId };
        return firmware.ListUpdatesResponse.fromPartial({ items: [update] });
      }),
    },
    deploymentGroups: {
      listDeploymentGroups: unary(async () => ({ items: [group()], nextCursor: '' })),
      getDeploymentGroup: unary(async ({ id, organizationIds }: firmware.GetDeploymentGroupRequest) => {
        if (id !== groupId || !organizationIds.includes(organizationId)) throw new Fault('not_found', 'none');
        return { group: group() };
      }),
      createDeploymentGroup: unary(async (request: firmware.CreateDeploymentGroupRequest) => {
        created.push(request);
        return { group: group({ state: 'inactive', isActive: false }) };
      }),
      updateDeploymentGroup: unary(async (request: firmware.UpdateDeploymentGroupRequest) => {
        if (request.ifRevision !== 0 && request.ifRevision !== 7)
          throw new Fault('conflict', 'it was changed');
        if (request.settings?.name === 'Taken') {
          throw new Fault('conflict', 'taken', { details: [{ field: 'name', message: 'is taken' }] });
        }
        updated.push(request);
        return { group: group({ revision: 8 }) };
      }),
      deleteDeploymentGroup: unary(async () => ({})),
      controlDeploymentGroup: unary(async ({ action }: firmware.ControlDeploymentGroupRequest) => {
        controlled.push(action);
        return { group: group({ state: 'paused', reason: 'somebody paused it', revision: 9 }) };
      }),
      getDeploymentStatus: unary(async () =>
        firmware.GetDeploymentStatusResponse.fromPartial({ group: group(), devices: 12, inFlight: 3 }),
      ),
      getDeviceUpdates: unary(async () => ({ updates })),
      setDeviceUpdates: unary(async (request: firmware.SetDeviceUpdatesRequest) => {
        wished.push(request);
        return { updates };
      }),
    },
  });
});
afterAll(() => mooring?.stop());
beforeEach(() => {
  created = [];
  updated = [];
  controlled = [];
  wished = [];
});

const call = (
  where: string,
  body?: object,
  more: { token?: string; headers?: Record<string, string> } = {},
) => ask(mooring.base, where, { token: 'owner', ...more, ...(body === undefined ? {} : { body }) });
const one = `/v1/deployment-groups/${groupId}`;

describe('a deployment group', () => {
  it('is made of what is given, the rest left to the service', async () => {
    const given = { name: 'Clocks', product: 'demo', firmware_uuid: uuid };
    const { status, body, headers } = await call('POST /v1/deployment-groups', {
      ...given,
      conditions: { tags: ['beta'] },
      concurrent_updates: 4,
      phases: [
        { percent: 10, soak_minutes: 5 },
        { count: 100, max_failures: 0 },
      ],
    });
    expect([status, headers.get('etag'), headers.get('location')]).toEqual([201, '"7"', one]);
    expect(body).toMatchObject({
      ...{ id: groupId, deployment_id: 3, paused: false, state: 'inactive', is_active: false },
      ...{ archive_uuid: null, reason: null, phases: [{ percent: 10, soak_minutes: 5 }] },
    });
    expect(created[0]).toMatchObject({ organizationId, actor: userId, isActive: false });
    expect(created[0]?.settings).toEqual(
      firmware.DeploymentSettings.fromPartial({
        ...{ name: 'Clocks', product: 'demo', firmwareUuid: uuid, concurrentUpdates: 4 },
        conditions: { version: '', tags: ['beta'], tagOperator: 'and' },
        phases: [
          { size: { $case: 'percent', value: 10 }, soakMinutes: 5 },
          { size: { $case: 'count', value: 100 }, soakMinutes: 0, maxFailures: 0 },
        ],
      }),
    );
  });

  it.each([
    ['no firmware', { firmware_uuid: undefined }, 'firmware_uuid'],
    ['none at a time', { concurrent_updates: 0 }, 'concurrent_updates'],
    ['another queue', { queue_management: 'random' }, 'queue_management'],
    ['a setting that there is not', { colour: 'red' }, 'colour'],
    ['a phase without a size', { phases: [{ soak_minutes: 1 }] }, 'phases.0'],
    ['a phase with two sizes', { phases: [{ percent: 1, count: 1 }] }, 'phases.0'],
  ])('is refused with %s', async (_, fields, field) => {
    const body = { name: 'Clocks', product: 'demo', firmware_uuid: uuid, ...fields };
    const answer = await call('POST /v1/deployment-groups', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((each: { field: string }) => each.field)).toContain(field);
    expect(created).toEqual([]);
  });

  it('is listed and shown, with how far it is', async () => {
    expect((await call('GET /v1/deployment-groups?product=demo')).body.items).toHaveLength(1);
    expect((await call(`GET ${one}`)).headers.get('etag')).toBe('"7"');
    expect((await call(`GET ${one}/status`)).body).toMatchObject({
      ...{ devices: 12, in_flight: 3, soak_until: null, group: { id: groupId } },
    });
  });

  it('is changed where it is named, and nowhere else', async () => {
    const change = { notes: '', conditions: {}, archive_uuid: null, is_active: true };
    const { status, body } = await call(`PATCH ${one}`, change);
    expect([status, body.revision]).toEqual([200, 8]);
    expect(updated[0]).toMatchObject({ fields: ['notes', 'conditions', 'archive_uuid'], isActive: true });
    expect(updated[0]).toMatchObject({ organizationIds: [organizationId], ifRevision: 0, actor: userId });
  });

  it('is changed only as it was seen, where that is asked for', async () => {
    const ifMatch = (tag: string) => call(`PATCH ${one}`, { notes: 'x' }, { headers: { 'if-match': tag } });
    expect((await ifMatch('"7"')).status).toBe(200);
    expect((await ifMatch('"6"')).status).toBe(412);
    expect((await ifMatch('new')).status).toBe(400);
    const taken = { token: 'owner', headers: { 'if-match': '"7"' } };
    expect((await call(`PATCH ${one}`, { name: 'Taken' }, taken)).status).toBe(409);
  });

  it.each(['pause', 'resume', 'abort'])('can be told to %s', async (action) => {
    const { status, body } = await call(`POST ${one}/${action}`);
    expect([status, body.paused, body.reason]).toEqual([200, true, 'somebody paused it']);
    expect(controlled).toEqual([action]);
  });

  it('is paused and let go by a change as well', async () => {
    await call(`PATCH ${one}`, { paused: true });
    await call(`PATCH ${one}`, { paused: false, notes: 'on' });
    expect(controlled).toEqual(['pause', 'resume']);
    expect(updated.map(({ fields }) => fields)).toEqual([['notes']]);
  });

  it('is only looked at by a viewer', async () => {
    const viewer = { token: 'viewer' };
    expect((await call(`GET ${one}`, undefined, viewer)).status).toBe(200);
    expect((await call(`PATCH ${one}`, { notes: '' }, viewer)).status).toBe(403);
    expect((await call(`POST ${one}/resume`, undefined, viewer)).status).toBe(403);
    expect((await call(`DELETE ${one}`, undefined, viewer)).status).toBe(403);
    expect((await call(`DELETE ${one}`)).status).toBe(204);
  });
});

describe('update settings', () => {
  const path = `/v1/devices/${deviceId}/update-settings`;

  it('say where a device stands', async () => {
    expect((await call(`GET ${path}`)).body).toEqual({
      ...{ device_id: deviceId, updates_enabled: true, attempts: 2, blocked_until: null },
      ...{ deployment_group_id: null, firmware_uuid: null, firmware_version: null, updating_to: null },
    });
  });

  it('are changed where they are named', async () => {
    await call(`PATCH ${path}`, { updates_enabled: false });
    await call(`PATCH ${path}`, { deployment_group_id: null, clear_penalty: true });
    expect(wished).toMatchObject([
      { deviceId, organizationId, actor: userId, updatesEnabled: false, clearPenalty: false },
      { deploymentGroupId: '', clearPenalty: true },
    ]);
    expect([wished[0]?.deploymentGroupId, wished[1]?.updatesEnabled]).toEqual([undefined, undefined]);
    expect((await call(`PATCH ${path}`, {}, { token: 'viewer' })).status).toBe(403);
  });

  it('are beside the updates, which say what they were to bring and who wanted it', async () => {
    const { body } = await call(`GET /v1/devices/${deviceId}/updates`);
    expect(body.items[0]).toMatchObject({ firmware_uuid: uuid, actor: userId, deployment_group_id: null });
  });
});
