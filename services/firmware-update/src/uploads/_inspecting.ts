// Inspects bytes as if they had been uploaded.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ArchiveLimits } from '../domain/fw/layout.js';
import type { Refusal } from '../domain/fw/refusal.js';
import { type Inspected, inspect, type Judge } from './inspect.js';

const limits: ArchiveLimits = { maxEntries: 100, maxInflatedBytes: 10_000_000 };

export async function inspectBytes<S>(
  bytes: Uint8Array,
  judge: Judge<S>,
  more: Partial<ArchiveLimits> = {},
): Promise<Inspected<S> | Refusal> {
  const directory = mkdtempSync(path.join(tmpdir(), 'mooring-test-firmware-'));
  try {
    const name = path.join(directory, 'file.fw');
    writeFileSync(name, bytes);
    const file = await open(name);
    try {
      return await inspect(file, bytes.length, { ...limits, ...more }, judge, new AbortController().signal);
    } finally {
      await file.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
