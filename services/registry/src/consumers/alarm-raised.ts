// The durable that does what an alarm's rule wants done: a plug is switched off.
import { alarm, alarmStream, type bus as messages } from '@mooring/proto';
import {
  type Bus,
  consume,
  contextFromTraceparent,
  type Durable,
  inSpan,
  type Runnable,
} from '@mooring/runtime';
import { commandEvents } from '../commands/events.js';
import { keyPattern } from '../domain/page.js';
import type { Store } from '../store/index.js';

export const registryAlarms: Durable<messages.AlarmRaised> = {
  name: 'registry-alarms',
  stream: alarmStream,
  subject: alarm.raised,
  ackWaitMs: 5_000,
  maxAckPending: 64,
};

const SWITCH_OFF = 'switch_off';

/** `commanded` is called when a command was queued. */
export function consumeAlarms(bus: Bus, cutOff: Store['commandCutOff'], commanded: () => void): Runnable {
  async function act({ action, alarmId, organizationId, deviceId, traceparent }: messages.AlarmRaised) {
    if (action !== SWITCH_OFF) return;
    if (![alarmId, organizationId, deviceId].every((id) => keyPattern.uuid.test(id)))
      return commandEvents.cutOff('malformed');
    const parent = contextFromTraceparent(traceparent);
    const cut = { alarmId, organizationId, deviceId, traceparent };
    const outcome = await inSpan('cut off', { parent }, () => cutOff.queue(cut));
    commandEvents.cutOff(outcome);
    if (outcome === 'queued') commanded();
  }

  return consume(
    bus,
    registryAlarms,
    async (batch) => {
      for (const { message } of batch) await act(message);
    },
    { maxMessages: 16 },
  );
}
