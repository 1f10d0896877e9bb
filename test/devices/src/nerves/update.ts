// A firmware update as a real device goes through it: received, fetched, started, progress, completed, reboot.
import { sleep } from '@mooring/runtime';
import { isObject, type JsonObject } from '../json.js';
import { download } from './download.js';

/**
 * How a device's updates end: applied; refused by fwup; applied and reverted at the first boot; turned down by the
 * device; begun and never heard of again; or not taken notice of at all.
 */
export type UpdateOutcome = 'success' | 'failure' | 'revert' | 'ignore' | 'hang' | 'deaf';

export interface UpdateSurroundings {
  readonly runningUuid: string;
  readonly outcome: UpdateOutcome;
  /** Time from the first to the last progress of writing. */
  readonly applyMs: number;
  readonly interface: string;
  readonly signal: AbortSignal;
  push(event: string, payload: JsonObject): void;
}

const STEPS = [0, 20, 40, 60, 80, 100] as const;

/** Goes through the update; the firmware that was written, or undefined when the device keeps what it has. */
export async function applyUpdate(
  update: JsonObject,
  around: UpdateSurroundings,
): Promise<JsonObject | undefined> {
  const { firmware_url: url, firmware_meta: meta, checksum } = update;
  if (typeof url !== 'string' || !isObject(meta)) return undefined;
  const status = (value: string, rest: JsonObject = {}): void =>
    around.push('status_update', { status: value, ...rest });

  status('received');
  if (meta['uuid'] === around.runningUuid) {
    status('ignored', { reason: '' });
    return undefined;
  }
  if (around.outcome === 'ignore') {
    status('ignored', { reason: 'not now' });
    return undefined;
  }
  let shown = -1;
  const fetched = await download(url, around.signal, (received, total) => {
    const percent = total === undefined ? 0 : Math.floor((received * 100) / total);
    if (percent < shown + 10) return;
    shown = percent;
    around.push('fwup_progress', { stage: 'downloading', value: percent });
  });
  if (around.signal.aborted) return undefined;
  if ('failed' in fetched) {
    status('failed', { reason: `download: ${fetched.failed}` });
    return undefined;
  }
  if (typeof checksum === 'string' && checksum !== fetched.sha256) {
    status('failed', { reason: 'checksum mismatch' });
    return undefined;
  }
  around.push('fwup_progress', { stage: 'updating', value: 0 });
  status('started', { downloader_network_interface: around.interface });
  if (around.outcome === 'failure') {
    status('failed', { reason: 'fwup error: write failed' });
    return undefined;
  }
  if (around.outcome === 'hang') {
    await aborted(around.signal);
    return undefined;
  }
  for (const value of STEPS) {
    await sleep(around.applyMs / STEPS.length, around.signal);
    if (around.signal.aborted) return undefined;
    around.push('fwup_progress', { stage: 'updating', value });
  }
  status('completed');
  return meta;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
