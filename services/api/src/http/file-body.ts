// Reads a file that is uploaded, as it comes and never as a whole: the body itself, or a field of a form.
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import { after, Fault } from '@mooring/runtime';
import type { FastifyRequest } from 'fastify';
import type { Server } from './server.js';

// Fields before the file are no use to anyone, but many clients send some.
const MAX_FIELDS = 20;
const MAX_FIELD_BYTES = 10_000;
/** How long a client may go on sending after it was answered, so that it sees the answer. */
const DISCARD_MS = 30_000;

/** A file on its way in. */
export interface FileBody {
  /** Fault `invalid` when it is cut off. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** 0 when it is not known before. */
  readonly bytes: number;
  /** Throws away what has not been read; to be called at the end, whatever happened. */
  discard(): void;
}

/** Lets the routes of `scope` take files, and nothing else. The limit on bodies does not hold for them: whoever reads one has its own. */
export function takeFiles(scope: Server): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  scope.register(multipart, {
    limits: { fileSize: Number.POSITIVE_INFINITY, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES },
  });
}

/** The file of a request; in a form it is the field of that name. Fault `invalid` when there is none. */
export async function fileBody(request: FastifyRequest, field: string): Promise<FileBody> {
  const { raw } = request;
  const end = (): void => {
    pour(raw);
    const late = after(DISCARD_MS, () => raw.socket.destroy(), { unref: true });
    for (const event of ['end', 'close']) raw.once(event, () => late.cancel());
    if (raw.readableEnded) late.cancel();
  };
  if (request.isMultipart()) return fileOfForm(request, field, end);
  if (request.headers['content-type'] === undefined) {
    throw new Fault('invalid', 'the body must be a file, as application/octet-stream or in a form');
  }
  const bytes = Number(request.headers['content-length'] ?? 0);
  return { chunks: chunksOf(raw), bytes, discard: end };
}

async function fileOfForm(request: FastifyRequest, field: string, end: () => void): Promise<FileBody> {
  try {
    for await (const part of request.parts()) {
      if (part.type !== 'file') continue;
      const { file, fieldname } = part;
      const discard = (): void => {
        pour(file);
        end();
      };
      if (fieldname === field) return { chunks: chunksOf(file), bytes: 0, discard };
      pour(file);
    }
  } catch (cause) {
    end();
    throw new Fault('invalid', 'the form cannot be read', { cause });
  }
  const message = 'must be the file, a field of the form';
  throw new Fault('invalid', `${field} ${message}`, { details: [{ field, message }] });
}

/** Throws away what comes. A listener, because resuming alone does nothing while a loop is still leaving the stream. */
function pour(stream: Readable): void {
  stream.on('data', () => undefined);
  stream.resume();
}

async function* chunksOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    // Whoever stops reading still wants to answer, so the stream is not ended with the loop.
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw new Fault('invalid', 'the upload broke off', { cause });
  }
}
