// Decides how a request for a firmware file is answered: status, headers, and which bytes.
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ByteRange } from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import { isKnown, rangeHolds, spanOf, type Validators } from '../domain/byte-range.js';

/** An answer; without a span it has no body. */
export interface FileAnswer {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: OutgoingHttpHeaders;
  readonly span?: ByteRange;
}

/** How the file is answered to a request with these headers; `leftMs` is how long its link is still good. */
export function answerOf(artifact: Artifact, asked: IncomingHttpHeaders, leftMs: number): FileAnswer {
  const { sizeBytes, sha256, uploadedAtMs } = artifact;
  const validators: Validators = {
    etag: `"${sha256}"`,
    lastModified: new Date(uploadedAtMs).toUTCString(),
  };
  const common: OutgoingHttpHeaders = {
    etag: validators.etag,
    'last-modified': validators.lastModified,
    'accept-ranges': 'bytes',
    // Who has the link may have the file, so anyone on the way may keep it, for as long as the link is good.
    'cache-control': `public, max-age=${Math.max(0, Math.floor(leftMs / 1_000))}, immutable`,
    'x-content-type-options': 'nosniff',
  };
  if (isKnown(asked['if-none-match'], validators)) return { status: 304, headers: common };
  const range = rangeHolds(header(asked['if-range']), validators) ? asked.range : undefined;
  const span = spanOf(range, sizeBytes);
  if (span === 'unsatisfiable') {
    const refused = { 'content-range': `bytes */${sizeBytes}`, 'content-length': 0 };
    return { status: 416, headers: { ...common, ...refused, 'cache-control': 'no-store' } };
  }
  const { from, to } = span === 'whole' ? { from: 0, to: sizeBytes } : span;
  const headers: OutgoingHttpHeaders = {
    ...common,
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${fileName(artifact)}"`,
    'content-length': to - from,
  };
  if (span === 'whole') return { status: 200, headers, span: { from, to } };
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to - 1}/${sizeBytes}` },
    span,
  };
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function fileName({ product, version }: Artifact): string {
  return `${`${product}-${version}`.replace(/[^A-Za-z0-9._+-]+/g, '-').slice(0, 100)}.fw`;
}
