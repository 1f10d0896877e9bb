// Gathers events of one kind into one bus message.
import type { bus } from '@mooring/proto';
import type { DeviceEvent, DialectName } from '../dialects/dialect.js';

export type EventKind = DeviceEvent['kind'];
export type EventOf<K extends EventKind> = Extract<DeviceEvent, { kind: K }>;

/** A batch in the making. After `encode` it is not used again. */
export interface Builder<K extends EventKind> {
  readonly count: number;
  /** Roughly what the encoded batch weighs, in bytes. */
  readonly bytes: number;
  /** Undefined when taken, else why this event cannot be. */
  add(event: EventOf<K>, dialect: DialectName, sequence: number): string | undefined;
  encode(header: bus.BatchHeader): Uint8Array;
}
