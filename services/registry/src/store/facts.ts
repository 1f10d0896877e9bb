// Merges what devices say of themselves into their rows by plain SQL: one statement per batch, and a fence that no
// read-then-write through the ORM could hold.
import { type FactsChange, MAX_FACTS_BYTES } from '../domain/facts.js';
import { type Pool, rows, type Statement } from './sql.js';

const mergeFacts: Statement = {
  name: 'merge-facts',
  text: `
  WITH said AS (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
      AS s(number, epoch, sequence, profile, firmware, reported)
  ),
  merged AS (
    SELECT d.number, s.epoch, s.sequence,
      d.profile || COALESCE(s.profile::jsonb, '{}') AS profile,
      d.firmware || COALESCE(s.firmware::jsonb, '{}') AS firmware,
      d.reported || COALESCE(s.reported::jsonb, '{}') AS reported
    FROM said s JOIN device d ON d.number = s.number
    WHERE (s.epoch, s.sequence) > (d.facts_epoch, d.facts_sequence)
    ORDER BY d.number
    FOR NO KEY UPDATE OF d
  ),
  fitting AS (
    SELECT *, octet_length(profile::text) <= $7 AND octet_length(firmware::text) <= $7
      AND octet_length(reported::text) <= $7 AS fits
    FROM merged
  )
  UPDATE device d
  SET facts_epoch = f.epoch, facts_sequence = f.sequence,
    profile = CASE WHEN f.fits THEN f.profile ELSE d.profile END,
    firmware = CASE WHEN f.fits THEN f.firmware ELSE d.firmware END,
    reported = CASE WHEN f.fits THEN f.reported ELSE d.reported END,
    reported_version = d.reported_version + (f.fits AND f.reported <> d.reported)::int
  FROM fitting f
  WHERE d.number = f.number
  RETURNING f.fits`,
};

export function facts(pool: Pool) {
  return {
    /**
     * Merges one batch. What a device said before, or in a session that ended, changes nothing; what would make its
     * row larger than the bound is dropped.
     */
    async merge(
      changes: readonly FactsChange[],
    ): Promise<{ readonly merged: number; readonly oversized: number }> {
      const json = (part: 'profile' | 'firmware' | 'reported') =>
        changes.map((each) => (each[part] === undefined ? null : JSON.stringify(each[part])));
      const done = await rows<{ fits: boolean }>(pool, mergeFacts, [
        changes.map((each) => each.deviceNumber),
        changes.map((each) => each.epoch),
        changes.map((each) => each.sequence),
        json('profile'),
        json('firmware'),
        json('reported'),
        MAX_FACTS_BYTES,
      ]);
      const merged = done.filter((row) => row.fits).length;
      return { merged, oversized: done.length - merged };
    },
  };
}
