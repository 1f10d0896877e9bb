// /v1/devices/{id}/commands and /v1/commands/{id}: what devices are told to do, and what became of it.

import { Fault } from '@mooring/runtime';
import { Type } from 'typebox';
import { allows } from '../../domain/scope.js';
import { member, present, principalOf } from '../access.js';
import { actionOf, refuseType } from '../action.js';
import { deviceBehind } from '../device-of.js';
import type { Parts } from '../parts.js';
import {
  Command,
  CommandWithTimeline,
  NewCommand,
  toCommand,
  toCommandWithTimeline,
} from '../schemas/command.js';
import { Page, PageQuery, pageFrom, pageOf } from '../schemas/page.js';
import { IdParams, idempotencyKey, Repeatable } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const tags = ['Commands'];
/** Pictures come in the body. */
const BODY_LIMIT = 24 * 1024 * 1024;

const make = {
  tags,
  summary: 'Tells a device to do something; one that is away is told when it comes back',
  params: IdParams,
  headers: Repeatable,
  body: NewCommand,
  response: { 202: CommandWithTimeline },
};
const list = {
  tags,
  summary: 'Lists commands, the newest first',
  params: IdParams,
  querystring: PageQuery({ state: Type.Optional(Type.String({ pattern: '^[a-z]{1,20}$' })) }),
  response: { 200: Page(Command) },
};
const show = {
  tags,
  summary: 'Shows how a command stands, and each step that led there',
  params: IdParams,
  response: { 200: CommandWithTimeline },
};
const cancel = {
  tags,
  summary: 'Calls a command back that was not sent yet',
  params: IdParams,
  response: { 200: CommandWithTimeline },
};

export function commandRoutes(server: Server, parts: Parts): void {
  const { peers } = parts;
  const path = '/v1/devices/:id/commands';
  const read = { access: member('devices:read') };
  const write = { access: member('devices:write', 'operator') };

  server.post(
    path,
    {
      config: write,
      schema: make,
      bodyLimit: BODY_LIMIT,
      preValidation: async (request) => refuseType((request.body as { type?: unknown } | null)?.type),
    },
    async (request, reply) => {
      const { body } = request;
      const principal = principalOf(request);
      // The registry would say so too, after a picture was rendered for nothing.
      if (body.type === 'raw' && !allows(principal.scopes, 'devices:raw')) {
        throw new Fault('forbidden', 'the scope devices:raw is needed');
      }
      const device = await deviceBehind(peers, request, request.params.id);
      const { action, params } = await actionOf(parts, device, body);
      const { command } = await peers.commands.createCommand({
        principal,
        deviceId: device.id,
        type: body.type,
        paramsJson: JSON.stringify(params),
        command: { number: 0, traceparent: '', repeat: 0, action },
        timeoutS: body.timeout_s,
        expiresInS: body.expires_in_s,
        idempotencyKey: idempotencyKey(request.headers),
        printKeyId: '',
      });
      const made = present(command, 'command');
      return reply.code(202).header('location', `/v1/commands/${made.id}`).send(toCommandWithTimeline(made));
    },
  );

  server.get(path, { config: read, schema: list }, async (request) => {
    const { state = '' } = request.query;
    const principal = principalOf(request);
    const deviceId = request.params.id;
    const page = pageOf(request.query);
    return pageFrom(await peers.commands.listCommands({ principal, deviceId, state, ...page }), toCommand);
  });

  server.get('/v1/commands/:id', { config: read, schema: show }, async (request) => {
    const { command } = await peers.commands.getCommand({
      principal: principalOf(request),
      id: request.params.id,
    });
    return toCommandWithTimeline(present(command, 'command'));
  });

  server.delete('/v1/commands/:id', { config: write, schema: cancel }, async (request) => {
    const { command } = await peers.commands.cancelCommand({
      principal: principalOf(request),
      id: request.params.id,
    });
    return toCommandWithTimeline(present(command, 'command'));
  });
}
