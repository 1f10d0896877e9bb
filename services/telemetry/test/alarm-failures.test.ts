// Alarms with several processes at once, through restarts and the loss of Postgres and of NATS, and of devices that fall silent.
import { eventually } from '@mooring/harness';
import type { telemetry } from '@mooring/proto';
import { uuidv7 } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, makeRule, meter } from './_alarms.js';
import { batchOf, organization, startService, type TestService } from './_service.js';

let service: TestService;
let heard: Awaited<ReturnType<typeof listen>>;
const mine = { organizationIds: [organization] };

beforeAll(async () => {
  service = await startService();
  await service.replicate();
  heard = await listen(service);
});
afterAll(async () => {
  await heard?.stop();
  await service?.stop();
});

const raisedOf = (rule: telemetry.AlarmRule) => heard.raised.filter(({ ruleId }) => ruleId === rule.id);
const alarmsOf = (rule: telemetry.AlarmRule, state: string) =>
  service.number('SELECT count(*) FROM alarm WHERE rule_id = $1 AND state = $2', rule.id, state);

/** Each process looks for new rules twice a second, and holds them against readings a second later at most. */
const knownToAll = (rule: telemetry.AlarmRule) => eventually(() => Date.now() > rule.createdAtMs + 1_000);

describe('two processes', () => {
  it('raise and clear each alarm once, whatever comes to which of them and how often', async () => {
    const rule = await makeRule(service, { action: 'switch_off' });
    await knownToAll(rule);
    const devices = Array.from({ length: 30 }, (_, index) => meter(service, 100n + BigInt(index)));
    const sendAll = async (values: readonly number[]): Promise<void> => {
      const batches = devices.flatMap((device) => values.map((value) => device.next([value])));
      // Twice, as a bus does that lost an ack.
      await Promise.all([...batches, ...batches].map((batch) => service.send(batch)));
    };
    await sendAll([150, 150, 150, 150, 150, 150]);
    await eventually(async () => (await alarmsOf(rule, 'raised')) === devices.length, { withinMs: 20_000 });
    await sendAll([1]);
    await eventually(async () => (await alarmsOf(rule, 'cleared')) === devices.length, { withinMs: 20_000 });
    await eventually(() => raisedOf(rule).length === devices.length);
    expect(new Set(raisedOf(rule).map(({ alarmId }) => alarmId)).size).toBe(devices.length);
    expect(await service.number('SELECT count(*) FROM alarm WHERE rule_id = $1', rule.id)).toBe(
      devices.length,
    );
    await eventually(async () => (await service.number('SELECT count(*) FROM alarm_outbox')) === 0);
    await service.alarms.deleteAlarmRule({ ...mine, id: rule.id });
  });
});

describe('a restart in the middle', () => {
  it('forgets nothing of what has been seen', async () => {
    const rule = await makeRule(service, { number: 200n, forS: 180 });
    const plug = meter(service, 200n);
    await knownToAll(rule);
    await plug.isWatchedBy(rule);
    await plug.says(150, 150);
    const since = 'SELECT count(*) FROM alarm_state WHERE rule_id = $1 AND since IS NOT NULL';
    await eventually(async () => (await service.number(since, rule.id)) === 1);
    await service.restart();
    await plug.says(150);
    await plug.has('raised');
    await service.restart();
    await plug.says(1);
    await plug.has('cleared');
  });
});

describe('when Postgres dies', () => {
  it('an alarm is raised once all the same', async () => {
    const rule = await makeRule(service, { number: 201n });
    const plug = meter(service, 201n);
    await knownToAll(rule);
    await plug.isWatchedBy(rule);
    const killed = service.postgres.kill();
    await plug.says(150);
    await plug.says(151);
    await killed;
    await service.postgres.restart();
    await plug.has('raised');
    await eventually(() => raisedOf(rule).length === 1);
  });
});

describe('silence', () => {
  const rule = { condition: 'silence', threshold: 0, forS: 15, metric: 'heartbeat_s' } as const;
  const sends = (number: bigint, agoMs: number) =>
    service.send(
      batchOf(number, [{ metric: rule.metric, timeMs: Date.now() - agoMs, value: 1, intervalS: 0 }]),
    );
  const stored = (number: bigint) =>
    eventually(
      async () => (await service.number('SELECT count(*) FROM reading WHERE device_number = $1', number)) > 0,
    );

  // As if the service had run for an hour.
  beforeAll(() => service.sql.query(`UPDATE alarm_listening SET since = now() - interval '1 hour'`));

  it('of one device is raised once and ends with the next reading', async () => {
    await sends(300n, 60_000);
    await stored(300n);
    const { id } = await makeRule(service, { ...rule, number: 300n });
    const device = meter(service, 300n);
    const [raised] = await device.has('raised');
    expect(raised).toMatchObject({ ruleId: id, value: undefined, condition: 'silence' });
    await sends(300n, 0);
    await device.has('cleared');
  });

  it('needs that anything was ever heard, and is of every device of the organization', async () => {
    const all = await makeRule(service, { ...rule, metric: 'pulse_s' });
    const one = await makeRule(service, { ...rule, metric: 'pulse_s', number: 303n });
    const pulse = (agoMs: number) => ({
      metric: 'pulse_s',
      timeMs: Date.now() - agoMs,
      value: 1,
      intervalS: 0,
    });
    const states = 'SELECT count(*) FROM alarm_state WHERE rule_id = $1';
    await eventually(async () => {
      await service.send(batchOf(302n, [pulse(60_000)]));
      return (await service.number(states, all.id)) === 1;
    });
    await meter(service, 302n).has('raised');
    expect(await service.number(states, one.id)).toBe(0);
    await service.alarms.updateAlarmRule({ ...mine, id: all.id, enabled: false });
  });
});

describe('when NATS dies', () => {
  it('what was decided is said once it is back', async () => {
    const rule = await makeRule(service, { number: 202n, action: 'switch_off' });
    const plug = meter(service, 202n);
    await knownToAll(rule);
    await plug.isWatchedBy(rule);
    await plug.says(150);
    await plug.has('raised');
    await eventually(() => raisedOf(rule).length === 1);
    await service.nats.kill();
    // As if it had died between the commit and the word of it.
    const alarmId = uuidv7();
    await service.sql.query(
      `INSERT INTO alarm_outbox (alarm_id, rule_id, organization_id, device_id, device_number, state, action, raised_at,
         at, traceparent)
       SELECT $2, rule_id, organization_id, device_id, device_number, state, action, raised_at, now(), ''
       FROM alarm WHERE rule_id = $1`,
      [rule.id, alarmId],
    );
    await service.nats.restart();
    const said = await eventually(() => raisedOf(rule).find((raised) => raised.alarmId === alarmId), {
      withinMs: 30_000,
    });
    expect(said).toMatchObject({ deviceId: plug.id, action: 'switch_off' });
    await eventually(async () => (await service.number('SELECT count(*) FROM alarm_outbox')) === 0);
  }, 60_000);
});

describe('a service that has just been started', () => {
  it('takes the time before for nobody’s silence', async () => {
    const startedMs = Date.now();
    const young = await startService();
    try {
      const reading = { metric: 'heartbeat_s', timeMs: startedMs - 60_000, value: 1, intervalS: 0 };
      await young.send(batchOf(1n, [reading]));
      const stored = 'SELECT count(*) FROM reading WHERE device_number = 1';
      await eventually(async () => (await young.number(stored)) === 1);
      const rule = {
        condition: 'silence',
        threshold: 0,
        forS: 15,
        metric: 'heartbeat_s',
        number: 1n,
      } as const;
      await makeRule(young, rule);
      const device = meter(young, 1n);
      const [raised] = await eventually(
        async () => {
          const found = await device.alarms();
          return found.length > 0 && found;
        },
        { withinMs: 40_000 },
      );
      expect(raised?.raisedAtMs).toBeGreaterThan(startedMs + 15_000);
    } finally {
      await young.stop();
    }
  }, 60_000);
});
