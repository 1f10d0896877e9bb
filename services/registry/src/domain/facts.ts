// What a device says of itself, made safe to keep and folded into one change per device.
import type { JsonObject } from './json.js';
import { parseObject } from './json.js';

/** One record of a batch, as it came. */
export interface FactsRecord {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly sequence: number;
  readonly profileJson: string;
  readonly firmwareJson: string;
  readonly reportedJson: string;
}

/** Everything that one batch says of one device. Absent: nothing was said. */
export interface FactsChange {
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly sequence: number;
  readonly profile?: JsonObject;
  readonly firmware?: JsonObject;
  readonly reported?: JsonObject;
}

/** Bytes of JSON in one part of a record; what is held of a device is bounded by the same number. */
export const MAX_FACTS_BYTES = 64 * 1024;

/** Folds records, in their order, into one change per device; `rejected` counts those that held something unusable. */
export function foldFacts(records: readonly FactsRecord[]): {
  readonly changes: readonly FactsChange[];
  readonly rejected: number;
} {
  const changes = new Map<bigint, FactsChange>();
  let rejected = 0;
  for (const record of records) {
    const parts = partsOf(record);
    if (parts === undefined) {
      rejected++;
      continue;
    }
    const before = changes.get(record.deviceNumber);
    // Facts of an ended session never overwrite those of the one after it.
    if (before !== undefined && before.epoch > record.epoch) continue;
    changes.set(record.deviceNumber, merge(before, record, parts));
  }
  return { changes: [...changes.values()], rejected };
}

type Parts = Pick<FactsChange, 'profile' | 'firmware' | 'reported'>;

function partsOf(record: FactsRecord): Parts | undefined {
  const parts: { -readonly [K in keyof Parts]: Parts[K] } = {};
  for (const [name, json] of [
    ['profile', record.profileJson],
    ['firmware', record.firmwareJson],
    ['reported', record.reportedJson],
  ] as const) {
    if (json === '') continue;
    const parsed = parseObject(json, MAX_FACTS_BYTES);
    if (parsed === undefined) return undefined;
    parts[name] = parsed;
  }
  return parts;
}

function merge(before: FactsChange | undefined, record: FactsRecord, parts: Parts): FactsChange {
  const part = (name: keyof Parts): Parts =>
    before?.[name] || parts[name] ? { [name]: { ...before?.[name], ...parts[name] } } : {};
  return {
    deviceNumber: record.deviceNumber,
    epoch: record.epoch,
    sequence: record.sequence,
    ...part('profile'),
    ...part('firmware'),
    ...part('reported'),
  };
}
