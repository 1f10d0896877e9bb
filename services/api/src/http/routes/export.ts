// GET /v1/devices/{id}/readings/export: every raw reading as a file, streamed as fast as it is read and no faster.
import { Readable } from 'node:stream';
import type { telemetry } from '@mooring/proto';
import { Type } from 'typebox';
import { csvLine, fileName } from '../../domain/csv.js';
import { toTime } from '../../domain/time.js';
import { unitOf } from '../../domain/unit.js';
import { exportFailed } from '../../events.js';
import { member } from '../access.js';
import { deviceBehind } from '../device-of.js';
import type { Parts, Peers } from '../parts.js';
import { IdParams, Time } from '../schemas/shapes.js';
import type { Server } from '../server.js';
import { type Range, rangeOf } from '../span.js';

const formats = {
  csv: { type: 'text/csv; charset=utf-8', head: csvLine(['time', 'metric', 'value', 'unit', 'interval_s']) },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', head: '' },
} as const;
type Format = keyof typeof formats;

const schema = {
  tags: ['Telemetry'],
  summary: 'Streams raw readings in order of time; all that are kept when no span is given',
  params: IdParams,
  querystring: Type.Object(
    {
      format: Type.Optional(Type.Union([Type.Literal('csv'), Type.Literal('ndjson')])),
      from: Type.Optional(Time),
      to: Type.Optional(Time),
      metric: Type.Optional(Type.String({ pattern: '^[a-z0-9_]{1,64}$' })),
    },
    { additionalProperties: false },
  ),
  produces: Object.values(formats).map(({ type }) => type),
  response: { 200: Type.String({ description: 'time, metric, value, unit and interval_s of each reading' }) },
};

export function exportRoute(server: Server, { peers, clock }: Parts): void {
  const config = { access: member('telemetry:read') };
  server.get('/v1/devices/:id/readings/export', { config, schema }, async (request, reply) => {
    const { format = 'csv', metric = '' } = request.query;
    const now = clock.now();
    const span = rangeOf(request.query, now, now);
    const device = await deviceBehind(peers, request, request.params.id);
    const chunks = await firstOf(chunksOf(peers, device.number, span, metric));
    const lines = Readable.from(linesOf(chunks, format), { objectMode: false, highWaterMark: 64 * 1024 });
    // A caller who leaves ends the stream early, which is nobody's failure.
    lines.once('error', (error) => reply.raw.destroyed || exportFailed(device.id, error));
    const name = fileName(`${device.identifier}-readings`, format);
    return reply
      .header('content-disposition', `attachment; filename="${name}"`)
      .type(formats[format].type)
      .send(lines as unknown as string);
  });
}

function chunksOf(peers: Peers, deviceNumber: bigint, { fromMs, toMs }: Range, metric: string) {
  const chunks = peers.telemetry.exportReadings({ deviceNumber, fromMs, toMs, metric });
  return chunks[Symbol.asyncIterator]();
}

// Waits for the first chunk, so that what fails at once is answered with a problem and not with half a file.
async function firstOf<T>(source: AsyncIterator<T>): Promise<AsyncIterable<T>> {
  const first = await source.next();
  return (async function* () {
    try {
      for (let next = first; next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  })();
}

async function* linesOf(chunks: AsyncIterable<telemetry.ExportReadingsResponse>, format: Format) {
  if (formats[format].head !== '') yield formats[format].head;
  for await (const chunk of chunks) yield textOf(chunk, format);
}

function textOf(
  { metric, timeMs, value, intervalS }: telemetry.ExportReadingsResponse,
  format: Format,
): string {
  let text = '';
  for (const [index, name] of metric.entries()) {
    const time = toTime(timeMs[index] ?? 0);
    const reading = value[index] ?? 0;
    const interval = intervalS[index] ?? 0;
    const unit = unitOf(name);
    text +=
      format === 'csv'
        ? csvLine([time, name, reading, unit, interval])
        : `${JSON.stringify({ time, metric: name, value: reading, unit, interval_s: interval })}\n`;
  }
  return text;
}
