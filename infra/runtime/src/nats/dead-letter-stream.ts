// Declares where the messages go that no consumer could handle.
import { stream } from './stream.js';
import { type Codec, subject } from './subject.js';

const asIs: Codec<Uint8Array> = {
  encode: (bytes) => ({ finish: () => bytes }),
  decode: (bytes) => bytes,
};

const DAY_MS = 24 * 60 * 60_000;

/** Consumers → whoever looks after them. JetStream. Bytes of the original, its subject and the reason in headers. */
export const deadLetterSubject = subject('dead-letter.{durable}', asIs);

export const deadLetterStream = stream({
  name: 'DEAD_LETTER',
  subjects: [deadLetterSubject],
  maxAgeMs: 30 * DAY_MS,
  maxBytes: 1024 ** 3,
  duplicateWindowMs: 10 * 60_000,
  why: 'A message that cannot be handled waits here for a person, long enough for a vacation.',
});
