// Publishes the outbox: one replica at a time, in order, each message until the bus has it.
import { audit, updateOrder } from '@mooring/proto';
import { asFault, type Bus, isFault, Latch, type Runnable, sleep } from '@mooring/runtime';
import type { AuditNote, OrderNote } from '../domain/note.js';
import type { Pool } from '../store/client.js';
import { relaySome, type Waiting } from '../store/outbox.js';
import { relayed, relayFailed } from './events.js';

const BATCH = 200;
/** What other replicas committed is found at the next look. */
const POLL_MS = 1_000;

/** `wake` says that there is something to publish. */
export function relay(bus: Pick<Bus, 'persist'>, pool: Pool): { wake(): void; readonly runnable: Runnable } {
  const latch = new Latch();

  /** Those that went out, up to the first that did not. */
  async function publish(waiting: readonly Waiting[]): Promise<Waiting[]> {
    const gone: Waiting[] = [];
    for (const each of waiting) {
      try {
        await persist(bus, each);
      } catch (error) {
        if (!isFault(error)) throw error;
        relayFailed(error);
        break;
      }
      gone.push(each);
      relayed(each.note.note);
    }
    return gone;
  }

  async function round(signal: AbortSignal): Promise<void> {
    let found: number | undefined = BATCH;
    while (!signal.aborted && found === BATCH) found = await relaySome(pool, BATCH, publish);
  }

  return {
    wake: () => latch.announce(),
    runnable: {
      name: 'outbox relay',
      async run({ signal, ready }) {
        ready();
        while (!signal.aborted) {
          try {
            await round(signal);
          } catch (error) {
            relayFailed(asFault(error));
            await sleep(POLL_MS, signal);
          }
          await latch.next(signal, POLL_MS);
        }
      },
    },
  };
}

async function persist(bus: Pick<Bus, 'persist'>, { messageId, note }: Waiting): Promise<void> {
  const options = { id: `firmware-${messageId}` };
  if (note.note === 'order')
    await bus.persist(updateOrder.step, { device: note.deviceId }, stepOf(note), options);
  else
    await bus.persist(audit.entry, { organization: note.organizationId }, entryOf(messageId, note), options);
}

function entryOf(id: string, { details, note: _, ...entry }: AuditNote) {
  return { ...entry, id, detailsJson: JSON.stringify(details) };
}

function stepOf({ note: _, deviceId: __, ...step }: OrderNote) {
  return step;
}
