// GET /healthz: every part of the platform with its state. For people and the console; probes have /livez and /readyz.
import { Type } from 'typebox';
import { open } from '../access.js';
import type { Parts } from '../parts.js';
import type { Server } from '../server.js';

const Part = Type.Object({
  state: Type.Union([Type.Literal('ok'), Type.Literal('down')]),
  detail: Type.Optional(Type.String()),
});
const Report = Type.Object({
  state: Type.Union([Type.Literal('ok'), Type.Literal('degraded')]),
  parts: Type.Record(Type.String(), Part),
});

const schema = {
  tags: ['Health'],
  summary: 'Shows how every part is; 503 when one is down',
  response: { 200: Report, 503: Report },
};

export function healthzRoute(server: Server, { health }: Parts): void {
  server.get('/healthz', { config: { access: open }, schema }, async (_request, reply) => {
    const report = await health.report();
    return reply.code(report.state === 'ok' ? 200 : 503).send(report);
  });
}
