// Rules as tests make them, readings that come in the order of time, and what the bus heard of alarms.
import { eventually } from '@mooring/harness';
import { alarm, alarmStream, type bus, live, telemetry } from '@mooring/proto';
import { consume, uuidv7 } from '@mooring/runtime';
import { batchOf, organization, type TestService } from './_service.js';

const MINUTE_MS = 60_000;

/** A rule of the tests' organization: power above 100 W, at once. */
export async function makeRule(
  service: TestService,
  given: Partial<telemetry.AlarmRule> & { readonly number?: bigint } = {},
): Promise<telemetry.AlarmRule> {
  const { number, ...more } = given;
  const device = number === undefined ? {} : { deviceId: `device-${number}`, deviceNumber: number };
  const rule = telemetry.AlarmRule.fromPartial({
    organizationId: organization,
    name: 'Too much',
    metric: 'power_w',
    condition: 'above',
    threshold: 100,
    enabled: true,
    ...device,
    ...more,
  });
  const { rule: made } = await service.alarms.createAlarmRule({ rule, idempotencyKey: '' });
  if (made === undefined) throw new Error('no rule');
  return made;
}

/** A device that reports each minute, an hour ago at first. */
export function meter(service: TestService, number: bigint, metric = 'power_w') {
  let timeMs = Date.now() - 60 * MINUTE_MS;
  const next = (values: readonly number[]) =>
    batchOf(
      number,
      values.map((value) => {
        timeMs += MINUTE_MS;
        return { metric, timeMs, value };
      }),
    );
  const device = {
    id: `device-${number}`,
    /** The batch, not sent yet. */
    next,
    /** Sends values, all in one batch, and answers the batch. */
    async says(...values: readonly number[]): Promise<bus.ReadingBatch> {
      const batch = next(values);
      await service.send(batch);
      return batch;
    },
    /** Reports nothing special until the rule is held against it. */
    async isWatchedBy(rule: telemetry.AlarmRule): Promise<void> {
      const watched = 'SELECT count(*) FROM alarm_state WHERE rule_id = $1 AND device_number = $2';
      await eventually(async () => {
        await device.says(1);
        return (await service.number(watched, rule.id, number)) === 1;
      });
    },
    async alarms(state = ''): Promise<readonly telemetry.Alarm[]> {
      const asked = { organizationIds: [organization], deviceId: device.id, state, limit: 0, cursor: '' };
      return (await service.alarms.listAlarms(asked)).items;
    },
    /** Waits until the states of the device's alarms are these, the newest first. */
    has: (...states: readonly string[]): Promise<readonly telemetry.Alarm[]> =>
      eventually(
        async () => {
          const found = await device.alarms();
          return found.map(({ state }) => state).join() === states.join() && found;
        },
        { what: `alarms ${states.join()} of ${device.id}`, withinMs: 20_000 },
      ),
  };
  return device;
}

/** What the bus hears of alarms from now on. */
export async function listen(service: TestService) {
  const raised: bus.AlarmRaised[] = [];
  const shown: bus.LiveAlarm[] = [];
  service.edge.subscribe(live.event, { organization }, ({ event }) => {
    if (event?.$case === 'alarm') shown.push(event.value);
  });
  await service.edge.flush();
  const stop = new AbortController();
  const durable = {
    name: `test-${uuidv7()}`,
    stream: alarmStream,
    subject: alarm.raised,
    ackWaitMs: 30_000,
    maxAckPending: 100,
  };
  const consumer = consume<bus.AlarmRaised>(
    service.edge,
    durable,
    async (batch) => {
      raised.push(...batch.map(({ message }) => message));
    },
    { maxMessages: 100 },
  );
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((ready) => {
    ended = consumer.run({ signal: stop.signal, ready });
  });
  return {
    raised,
    shown,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}
