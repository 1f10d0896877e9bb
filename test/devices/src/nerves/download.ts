// Fetches firmware as the device does: resumed with ranges after a broken transfer, and checked against the checksum.
import { createHash } from 'node:crypto';
import { sleep } from '@mooring/runtime';

export interface Download {
  readonly bytes: number;
  /** Upper case hex, as the platform states it. */
  readonly sha256: string;
  readonly retries: number;
}

/** Over ten seconds: as long as a server that ended takes to come back. */
const ATTEMPTS = 20;
const RETRY_MS = 500;
const ATTEMPT_TIMEOUT_MS = 60_000;

/** The transfer, or why it failed. `onBytes` is told how much has come, and of how much where that is known. */
export async function download(
  url: string,
  signal: AbortSignal,
  onBytes: (received: number, total: number | undefined) => void,
): Promise<Download | { readonly failed: string }> {
  let hash = createHash('sha256');
  let received = 0;
  let failed = 'not tried';
  for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
    if (attempt > 0) await sleep(RETRY_MS, signal);
    try {
      const response = await fetch(url, {
        headers: {
          'user-agent': 'NHL/2.12.0',
          'x-retry-number': String(attempt),
          ...(received > 0 ? { range: `bytes=${received}-` } : {}),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
      });
      if (response.status === 200 && received > 0) {
        hash = createHash('sha256');
        received = 0;
      }
      failed = `status ${response.status}`;
      if (!response.ok || response.body === null) continue;
      const length = response.headers.get('content-length');
      const total = length === null ? undefined : received + Number(length);
      for await (const chunk of response.body) {
        hash.update(chunk);
        received += chunk.byteLength;
        onBytes(received, total);
      }
      return { bytes: received, sha256: hash.digest('hex').toUpperCase(), retries: attempt };
    } catch (error) {
      failed = error instanceof Error ? error.message : String(error);
    }
  }
  return { failed };
}
