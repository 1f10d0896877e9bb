// How the bench learns that readings are stored: each contestant says so on the bus after its commit.
import { live } from '@mooring/proto';
import { type Codec, connectBus, subject } from '@mooring/runtime';

export interface StoredSource {
  readonly natsUrl: string;
  /** `live`: Mooring's live messages, one item per stored reading. `count`: a decimal number on `bench.stored.{by}`. */
  readonly kind: 'live' | 'count';
}

const STORED_TEMPLATE = 'bench.stored.{by}';

const listenOnly = (): never => {
  throw new TypeError('the bench only listens');
};
const counts: Codec<number> = {
  encode: listenOnly,
  decode: (bytes) => Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')),
};
const items: Codec<number> = { encode: listenOnly, decode: countLiveReadings };

/** Calls `stored` with the number of readings of each commit. Listens for as long as the process lives. */
export async function listenStored(source: StoredSource, stored: (count: number) => void): Promise<void> {
  const bus = await connectBus({ url: source.natsUrl, name: 'bench' });
  if (source.kind === 'live') bus.subscribe(subject(live.event.template, items), 'all', stored);
  else bus.subscribe(subject(STORED_TEMPLATE, counts), 'all', stored);
  await bus.flush();
}

// LiveEvent.readings and LiveReadings.items are both field 1 with a length (proto/mooring/bus/v1/live.proto).
const FIELD_1 = 0x0a;

/** How many readings a LiveEvent holds, found by skipping over them: decoding them all would cost more than sending. */
function countLiveReadings(bytes: Uint8Array): number {
  if (bytes[0] !== FIELD_1) return 0;
  let count = 0;
  let at = skipVarint(bytes, 1);
  while (at < bytes.length && bytes[at] === FIELD_1) {
    let length = 0;
    let shift = 0;
    for (at += 1; ; at += 1, shift += 7) {
      const byte = bytes[at] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += 1 + length;
    count += 1;
  }
  return count;
}

function skipVarint(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}
