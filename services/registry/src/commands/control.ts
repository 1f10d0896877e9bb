// Acts on what devices say that commands, claims and desired state depend on, record by record in its order.
import type { bus } from '@mooring/proto';
import { contextFromTraceparent, inSpan, systemClock } from '@mooring/runtime';
import type { KeyRequests } from '../claims/key-requests.js';
import { readAnswer } from '../domain/command-answer-record.js';
import type { Arrival } from '../store/command-arrivals.js';
import type { Store } from '../store/index.js';
import { commandEvents } from './events.js';

/** As many hellos as one transaction takes. */
const MAX_ARRIVALS = 100;
/** More of an instance than a device needs to tell its starts apart. */
const MAX_INSTANCE = 256;

export interface ControlParts {
  readonly dispatch: Pick<Store['commandDispatch'], 'answered'>;
  readonly arrivals: Store['commandArrivals'];
  readonly keyRequests: KeyRequests;
  /** Called when commands were queued, or lanes have become free. */
  poke(): void;
}

/** Safe to repeat, as a whole and in part. Faults `unavailable`, `deadline` and `internal` of the database. */
export function control({ dispatch, arrivals, keyRequests, poke }: ControlParts) {
  let waiting = new Map<bigint, Arrival>();

  async function flush(): Promise<void> {
    const batch = [...waiting.values()];
    waiting = new Map();
    if (batch.length === 0) return;
    const { noted, stale, queued } = await arrivals.arrive(batch, systemClock.now());
    commandEvents.arrivals(noted, stale);
    if (queued > 0) poke();
  }

  /** Neighbouring hellos share a transaction: after an outage they come by the thousand. */
  async function arrive(arrival: Arrival): Promise<void> {
    if (waiting.has(arrival.deviceNumber) || waiting.size >= MAX_ARRIVALS) await flush();
    waiting.set(arrival.deviceNumber, arrival);
  }

  async function act(source: bus.BatchSource, record: bus.ControlRecord): Promise<void> {
    const { content, sequence, timeMs } = record;
    const { deviceNumber, epoch } = source;
    switch (content?.$case) {
      case 'arrival': {
        const instance = content.value.instance.replaceAll('\0', '').slice(0, MAX_INSTANCE);
        return arrive({ deviceNumber, epoch, sequence, instance, started: content.value.started });
      }
      case 'answer':
        await flush();
        return answer(source, record, content.value);
      case 'keyRequest':
        await flush();
        return keyRequests.requested({
          bridgeNumber: deviceNumber,
          address: content.value.deviceAddress,
          atMs: timeMs,
        });
      case undefined:
        return;
    }
  }

  async function answer(
    { deviceNumber, epoch }: bus.BatchSource,
    { sequence }: bus.ControlRecord,
    said: bus.CommandAnswer,
  ): Promise<void> {
    const read = readAnswer(`${deviceNumber}/${epoch}/${sequence}`, said);
    if (read === undefined) return commandEvents.answer('malformed');
    const { as } = await dispatch.answered(said.number, deviceNumber, read, (traceparent, apply) =>
      inSpan('command answer', { parent: contextFromTraceparent(traceparent) }, apply),
    );
    commandEvents.answer(as);
    if (as === 'applied' || as === 'late') poke();
  }

  return {
    /** One batch of an edge. Records whose source it does not name cannot be told whose they are; they are left out. */
    async batch({ sources, records }: bus.ControlBatch): Promise<void> {
      waiting = new Map();
      for (const record of records) {
        const source = sources[record.source];
        if (source !== undefined) await act(source, record);
      }
      await flush();
    },
  };
}
