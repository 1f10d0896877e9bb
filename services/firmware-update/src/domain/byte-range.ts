// Decides which bytes of a file a request asks for (RFC 9110, 13 and 14).
import type { ByteRange } from '@mooring/runtime';

/** What says which version of the file a client has. */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** As the header Last-Modified has it. */
  readonly lastModified: string;
}

const ONE_RANGE = /^\s*bytes\s*=\s*(\d*)-(\d*)\s*$/i;

/**
 * The span that a Range header names in a file of `bytes` bytes. `whole` without one and for one that may be ignored:
 * several spans, other units, nonsense.
 */
export function spanOf(header: string | undefined, bytes: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [, first = '', last = ''] = ONE_RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const from = Math.max(0, bytes - Number(last));
    return from < bytes ? { from, to: bytes } : 'unsatisfiable';
  }
  if (last !== '' && Number(last) < Number(first)) return 'whole';
  if (Number(first) >= bytes) return 'unsatisfiable';
  return { from: Number(first), to: last === '' ? bytes : Math.min(bytes, Number(last) + 1) };
}

/** Whether a Range holds under this If-Range: not when the client's part is of another version. */
export function rangeHolds(ifRange: string | undefined, { etag, lastModified }: Validators): boolean {
  return ifRange === undefined || ifRange.trim() === etag || ifRange.trim() === lastModified;
}

/** Whether the client has this version already, by If-None-Match. */
export function isKnown(ifNoneMatch: string | undefined, { etag }: Validators): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known.some((each) => each === etag || each === '*');
}
