// What has served its time goes, and what may still be needed stays.
import { randomUUID } from 'node:crypto';
import { postgresPool } from '@mooring/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { housekeeping } from '../src/store/housekeeping.js';
import { address, type Fleet, startFleet } from './_commands.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

it('settled commands go with their timelines, but for the last personality of a printer', async () => {
  const { id: deviceId } = await fleet.enrol({ dialect: 'berg', identifier: address(), kind: 'printer' });
  const make = async (type: string, state: string, daysAgo: number | null) => {
    const id = randomUUID();
    await fleet.query(
      `INSERT INTO command (id, device_id, organization_id, type, sealed_payload, state, step, told, actor, expires_at,
         settled_at)
       SELECT $1::uuid, id, organization_id, $3, '', $4, 1, 1, '', now() + interval '1 day',
         now() - make_interval(days => $5::int)
       FROM device WHERE id = $2::uuid`,
      [id, deviceId, type, state, daysAgo],
    );
    await fleet.query('INSERT INTO command_step (command_id, step, state) VALUES ($1::uuid, 1, $2)', [
      id,
      state,
    ]);
    return id;
  };
  await make('print', 'succeeded', 31);
  await make('print', 'unconfirmed', 31);
  const recent = await make('print', 'succeeded', 29);
  const waiting = await make('print', 'queued', null);
  const personalities = [];
  for (const state of ['succeeded', 'acknowledged', 'failed'])
    personalities.push(await make('set_personality', state, 31));
  const [older, newer] = personalities.slice(0, 2).sort();

  const pool = postgresPool(fleet.postgres.url('registry'), { max: 1, name: 'housekeeping' });
  await housekeeping(pool)(30, new AbortController().signal);
  await pool.end();

  const left = (
    await fleet.query<{ id: string }>('SELECT id FROM command WHERE device_id = $1::uuid', [deviceId])
  ).map(({ id }) => id);
  expect(left.sort()).toEqual([recent, waiting, newer].sort());
  expect(left).not.toContain(older);
  const steps = await fleet.query<{ id: string }>('SELECT command_id AS id FROM command_step');
  expect(steps.map(({ id }) => id).sort()).toEqual(left);
});
