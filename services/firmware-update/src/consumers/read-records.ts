// Reads what devices reported out of a batch from an edge.
import type { bus } from '@mooring/proto';
import type { DeviceRecord, RecordSource } from '../domain/record.js';

/** The records in the order in which they were reported, or why the batch cannot be read. */
export type Records =
  | { readonly ok: true; readonly records: readonly DeviceRecord[] }
  | { readonly ok: false; readonly reason: string };

/** Longest text of a device that is kept; firmware files have shorter ones. */
const MAX_TEXT = 255;

/** Every record of the batch with the device that it is of. A record that points nowhere spoils the whole batch. */
export function recordsOf(batch: bus.UpdateBatch): Records {
  const records: DeviceRecord[] = [];
  for (const [index, record] of batch.records.entries()) {
    const source = batch.sources[record.source];
    const organization = source && batch.organizations[source.organization];
    if (source === undefined || organization === undefined) {
      return {
        ok: false,
        reason: `record ${index} refers to a source or organization that is not in the batch`,
      };
    }
    const { deviceId, deviceNumber, epoch } = source;
    const from = { deviceId, deviceNumber, organizationId: organization.id, epoch };
    records.push(recordOf({ ...from, sequence: BigInt(record.sequence), timeMs: record.timeMs }, record));
  }
  return { ok: true, records };
}

function recordOf(from: RecordSource, record: bus.UpdateRecord): DeviceRecord {
  const { status, progress, reason, delayS, joined, network } = record;
  if (status === 'joined' && joined !== undefined) return { ...from, kind: 'joined', join: joinOf(joined) };
  if (status === 'network') return { ...from, kind: 'network', network: network ?? 'unknown' };
  if (status === 'validated') return { ...from, kind: 'validated' };
  const delayMs = delayS === undefined ? undefined : delayS * 1_000;
  return { ...from, kind: 'step', status, progress, reason, delayMs };
}

function joinOf(joined: bus.UpdateJoined): Extract<DeviceRecord, { kind: 'joined' }>['join'] {
  const { validated } = joined;
  return {
    firmwareUuid: text(joined.uuid).toLowerCase(),
    product: text(joined.product),
    platform: text(joined.platform),
    architecture: text(joined.architecture),
    version: text(joined.version),
    apiVersion: text(joined.apiVersion),
    validation: validated === undefined ? 'unknown' : validated ? 'validated' : 'not_validated',
    reverted: joined.reverted,
    downloadingUuid: text(joined.downloadingUuid).toLowerCase(),
    wantsFirmwareKeys: joined.wantsFirmwareKeys,
    wantsArchiveKeys: joined.wantsArchiveKeys,
  };
}

function text(given: string): string {
  return given.replaceAll('\0', '').slice(0, MAX_TEXT);
}
