// Deletes by age what is not in partitions: hour and day rollups, identities of batches and reports, alarms that are over.
import { postgresFault } from '@mooring/runtime';
import type { Retention } from '../domain/level.js';
import type { Database } from './client.js';

const DAY_MS = 86_400_000;

export async function deleteOld(database: Database, retention: Retention, nowMs: number): Promise<void> {
  const before = (days: number): Date => new Date(nowMs - days * DAY_MS);
  try {
    if (retention.hour > 0) {
      await database.rollupHour.deleteMany({ where: { bucket: { lt: before(retention.hour) } } });
    }
    if (retention.day > 0) {
      await database.rollupDay.deleteMany({ where: { bucket: { lt: before(retention.day) } } });
    }
    const old = { where: { seenAt: { lt: before(retention.seen) } } };
    await database.batchSeen.deleteMany(old);
    await database.reportSeen.deleteMany(old);
    await database.alarm.deleteMany({ where: { clearedAt: { lt: before(retention.alarm) } } });
    await database.webhookDelivery.deleteMany({ where: { settledAt: { lt: before(retention.alarm) } } });
    await database.idempotency.deleteMany({ where: { createdAt: { lt: before(1) } } });
  } catch (error) {
    throw postgresFault(error);
  }
}
