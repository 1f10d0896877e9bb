// Sends readings as a file, streamed as fast as it is read and no faster.
import { Readable } from 'node:stream';
import type { telemetry } from '@mooring/proto';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { csvLine, fileName } from '../domain/csv.js';
import { toTime } from '../domain/time.js';
import { unitOf } from '../domain/unit.js';
import { exportFailed } from '../events.js';
import { Time } from './schemas/shapes.js';
import { type Range, rangeOf } from './span.js';

const types = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson; charset=utf-8' } as const;
type Format = keyof typeof types;

export const exportTypes: string[] = Object.values(types);

/** What a question for an export says. */
export const exportQuery = {
  format: Type.Optional(Type.Union([Type.Literal('csv'), Type.Literal('ndjson')])),
  from: Type.Optional(Time),
  to: Type.Optional(Time),
  metric: Type.Optional(Type.String({ pattern: '^[a-z0-9_]{1,64}$' })),
};

/** The span of an export: from the first reading up to now, where it says nothing. Fault `invalid`. */
export function exportSpan(query: { readonly from?: string; readonly to?: string }, nowMs: number): Range {
  const { fromMs, toMs } = rangeOf(query, nowMs, nowMs);
  // Zero is what telemetry is asked with for its last day.
  return { fromMs: Math.max(1, fromMs), toMs };
}

/** What each line says of its device, before what it says of the reading; the same members for all devices. */
export type DeviceColumns = (deviceNumber: bigint) => Readonly<Record<string, string>>;

/** A file of readings. */
export interface ExportFile {
  /** Without the extension. */
  readonly name: string;
  readonly format: Format;
  /** Names of the columns that `device` fills. */
  readonly columns: readonly string[];
  readonly device: DeviceColumns;
  /** Of what, for the log. */
  readonly of: string;
}

/** Answers with the chunks as a file. Throws what the first chunk throws, so that it is answered with a problem. */
export async function sendExport(
  reply: FastifyReply,
  source: AsyncIterable<telemetry.ExportReadingsResponse>,
  file: ExportFile,
): Promise<string> {
  const chunks = await begun(source[Symbol.asyncIterator]());
  const lines = Readable.from(linesOf(chunks, file), { objectMode: false, highWaterMark: 64 * 1024 });
  // A caller who leaves ends the stream early, which is nobody's failure.
  lines.once('error', (error) => reply.raw.destroyed || exportFailed(file.of, error));
  return reply
    .header('content-disposition', `attachment; filename="${fileName(file.name, file.format)}"`)
    .type(types[file.format])
    .send(lines) as unknown as string;
}

// Waits for the first chunk, so that what fails at once is not half a file.
async function begun<T>(source: AsyncIterator<T>): Promise<AsyncIterable<T>> {
  const first = await source.next();
  return (async function* () {
    try {
      for (let next = first; next.done !== true; next = await source.next()) yield next.value;
    } finally {
      await source.return?.();
    }
  })();
}

async function* linesOf(chunks: AsyncIterable<telemetry.ExportReadingsResponse>, file: ExportFile) {
  const { format, columns } = file;
  if (format === 'csv') yield csvLine([...columns, 'time', 'metric', 'value', 'unit', 'interval_s']);
  for await (const chunk of chunks) yield textOf(chunk, file);
}

function textOf(
  { deviceNumber, metric, timeMs, value, intervalS }: telemetry.ExportReadingsResponse,
  { format, device }: ExportFile,
): string {
  let text = '';
  for (const [index, name] of metric.entries()) {
    const of = device(deviceNumber[index] ?? 0n);
    const time = toTime(timeMs[index] ?? 0);
    const reading = value[index] ?? 0;
    const interval = intervalS[index] ?? 0;
    const unit = unitOf(name);
    text +=
      format === 'csv'
        ? csvLine([...Object.values(of), time, name, reading, unit, interval])
        : `${JSON.stringify({ ...of, time, metric: name, value: reading, unit, interval_s: interval })}\n`;
  }
  return text;
}
