// Messages that wait until their device is admitted: bounded in number per device and in bytes per session.

export interface Held<M> {
  readonly message: M;
  /** Size of the frame it came in. */
  readonly bytes: number;
  /** When it was received; replay uses this time, not the time of the answer. */
  readonly atMs: number;
}

/** The room that all queues of one session share. */
export interface HoldRoom {
  readonly messagesPerDevice: number;
  readonly bytes: number;
  usedBytes: number;
}

export function holdRoom(messagesPerDevice: number, bytes: number): HoldRoom {
  return { messagesPerDevice, bytes, usedBytes: 0 };
}

/** Keeps the message, or answers false when there is no room and the caller has to count it as lost. */
export function hold<M>(room: HoldRoom, queue: Held<M>[], message: M, bytes: number, atMs: number): boolean {
  if (queue.length >= room.messagesPerDevice || room.usedBytes + bytes > room.bytes) return false;
  queue.push({ message, bytes, atMs });
  room.usedBytes += bytes;
  return true;
}

/** Empties the queue and gives its room back. */
export function takeHeld<M>(room: HoldRoom, queue: Held<M>[]): readonly Held<M>[] {
  const taken = queue.splice(0);
  for (const held of taken) room.usedBytes -= held.bytes;
  return taken;
}
