// POST /v1/devices/{id}/print-preview: the dots that a print would make, as a picture.
import { Type } from 'typebox';
import { contentOf } from '../../prints/content.js';
import { headerOf, render } from '../../prints/render.js';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import type { Parts } from '../parts.js';
import { printable } from '../schemas/command.js';
import { IdParams } from '../schemas/shapes.js';
import type { Server } from '../server.js';

const BODY_LIMIT = 8 * 1024 * 1024;

const schema = {
  tags: ['Printing'],
  summary:
    'Shows what a print would look like, dot by dot; the printer adds its own face where one is asked for',
  params: IdParams,
  // What a print command may say besides changes nothing here.
  body: Type.Object({
    ...printable,
    type: Type.Optional(Type.Literal('print')),
    deliver: Type.Optional(Type.Union([Type.Literal('now'), Type.Literal('button')])),
  }),
  produces: ['image/png'],
  response: { 200: Type.Unknown({ description: 'A PNG, 384 dots wide' }) },
};

export function printPreviewRoute(server: Server, parts: Parts): void {
  const config = { access: member('devices:read') };
  const path = '/v1/devices/:id/print-preview';
  server.post(path, { config, schema, bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const device = await deviceBehind(parts.peers, request, request.params.id);
    const { header = true } = request.body;
    const content = contentOf(request.body);
    const { previewPng } = await render(parts, content, header ? headerOf(device) : undefined, true);
    return reply.type('image/png').send(Buffer.from(previewPng));
  });
}
