// /v1/deployment-groups: which devices get which firmware, how many at a time, and when that stops.
import type { firmware } from '@mooring/proto';
import { isFault } from '@mooring/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { versionOf } from '../../domain/entity-tag.js';
import { wrong } from '../../prints/content.js';
import { member, present, principalOf } from '../access.js';
import { organizationFor, organizationsOf, ownKey, requireRole } from '../memberships.js';
import type { Parts } from '../parts.js';
import { PreconditionFailed } from '../problem.js';
import {
  DeploymentGroup,
  DeploymentGroupChange,
  DeploymentStatus,
  NewDeploymentGroup,
} from '../schemas/deployment-group.js';
import { givenSettings, namedSettings } from '../schemas/deployment-settings.js';
import { toDeploymentGroup, toDeploymentStatus } from '../schemas/deployment-shown.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { Empty, Id, IdParams, idempotencyKey, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Firmware'];
const one = { tags, params: IdParams, response: { 200: DeploymentGroup } };

const list = {
  tags,
  summary: 'Lists deployment groups, the newest first',
  querystring: PageQuery({
    organization: Type.Optional(Id),
    product: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  }),
  response: { 200: Page(DeploymentGroup) },
};
const make = {
  tags,
  summary: 'Makes a deployment group; nothing is offered before it is active',
  headers: Repeatable,
  body: NewDeploymentGroup,
  response: { 201: DeploymentGroup },
};
const show = { ...one, summary: 'Shows one' };
const change = {
  ...one,
  summary: 'Changes settings; other firmware begins another release. If-Match guards against others',
  headers: Type.Object({ 'if-match': Type.Optional(Type.String({ maxLength: 100 })) }),
  body: DeploymentGroupChange,
};
const remove = {
  ...one,
  summary: 'Deletes one; what its devices run stays, updates in flight go on',
  response: { 204: Empty },
};
const status = {
  ...one,
  summary: 'Shows how far the present release is',
  response: { 200: DeploymentStatus },
};
const controls = {
  pause: { ...one, summary: 'Offers it to nobody else; updates in flight go on' },
  resume: { ...one, summary: 'Goes on after a pause, counting failures anew' },
  abort: { ...one, summary: 'Switches it off, and takes back what was offered and not begun' },
};
type Control = keyof typeof controls;

export function deploymentGroupRoutes(server: Server, { peers }: Parts): void {
  const path = '/v1/deployment-groups';
  const read = { access: member('firmware:read') };
  const write = { access: member('firmware:write', 'operator') };
  const groups = peers.deploymentGroups;

  const found = async (request: FastifyRequest, id: string) => {
    const { group } = await groups.getDeploymentGroup({ organizationIds: [...organizationsOf(request)], id });
    return present(group, 'deployment group');
  };
  /** Who changes which group. Faults `not_found` and `forbidden`. */
  const changing = async (request: FastifyRequest, id: string) => {
    const { organizationId } = await found(request, id);
    requireRole(request, organizationId, 'operator');
    return { organizationIds: [organizationId], id, actor: actorOf(request) };
  };
  const controlled = async (asked: Awaited<ReturnType<typeof changing>>, action: Control) =>
    present((await groups.controlDeploymentGroup({ ...asked, action })).group, 'deployment group');

  server.get(path, { config: read, schema: list }, async (request) => {
    const { organization, product = '' } = request.query;
    const organizationIds = [...organizationsOf(request, organization)];
    const page = { organizationIds, product, ...pageOf(request.query) };
    return pageFrom(await groups.listDeploymentGroups(page), toDeploymentGroup);
  });

  server.post(path, { config: write, schema: make }, async (request, reply) => {
    const { organization_id: named, is_active: isActive = false, ...settings } = request.body;
    const { group } = await groups.createDeploymentGroup({
      organizationId: organizationFor(request, named, 'operator'),
      actor: actorOf(request),
      settings: givenSettings(settings),
      isActive,
      idempotencyKey: ownKey(request, idempotencyKey(request.headers)),
    });
    const made = present(group, 'deployment group');
    tagged(reply, made).header('location', `${path}/${made.id}`);
    return reply.code(201).send(toDeploymentGroup(made));
  });

  server.get(`${path}/:id`, { config: read, schema: show }, async (request, reply) => {
    const group = await found(request, request.params.id);
    tagged(reply, group);
    return toDeploymentGroup(group);
  });

  server.patch(`${path}/:id`, { config: write, schema: change }, async (request, reply) => {
    const { body } = request;
    const ifRevision = versionOf(request.headers['if-match']);
    if (ifRevision === 'malformed') throw wrong('if-match', 'must be an entity tag that this group had');
    const asked = await changing(request, request.params.id);
    const fields = namedSettings(body);
    let group: firmware.DeploymentGroup | undefined;
    try {
      if (fields.length > 0 || body.is_active !== undefined || body.paused === undefined || ifRevision) {
        const wanted = { settings: givenSettings(body), fields, isActive: body.is_active };
        group = (await groups.updateDeploymentGroup({ ...asked, ...wanted, ifRevision: ifRevision ?? 0 }))
          .group;
      }
    } catch (error) {
      const isStale = ifRevision !== undefined && isFault(error, 'conflict') && error.details === undefined;
      throw isStale ? new PreconditionFailed(error.message) : error;
    }
    if (body.paused !== undefined) group = await controlled(asked, body.paused ? 'pause' : 'resume');
    const changed = present(group, 'deployment group');
    tagged(reply, changed);
    return toDeploymentGroup(changed);
  });

  server.delete(`${path}/:id`, { config: write, schema: remove }, async (request, reply) => {
    await groups.deleteDeploymentGroup(await changing(request, request.params.id));
    return reply.code(204).send(null);
  });

  server.get(`${path}/:id/status`, { config: read, schema: status }, async (request) => {
    const asked = { organizationIds: [...organizationsOf(request)], id: request.params.id };
    const standing = await groups.getDeploymentStatus(asked);
    return toDeploymentStatus(standing, present(standing.group, 'deployment group'));
  });

  for (const action of ['pause', 'resume', 'abort'] as const) {
    server.post(
      `${path}/:id/${action}`,
      { config: write, schema: controls[action] },
      async (request, reply) => {
        const group = await controlled(await changing(request, request.params.id), action);
        tagged(reply, group);
        return toDeploymentGroup(group);
      },
    );
  }
}

function actorOf(request: FastifyRequest): string {
  const { userId, apiKeyId } = principalOf(request);
  return userId || apiKeyId;
}

function tagged(reply: FastifyReply, { revision }: firmware.DeploymentGroup): FastifyReply {
  return reply.header('etag', `"${revision}"`);
}
