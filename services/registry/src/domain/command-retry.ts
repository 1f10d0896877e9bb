// Decides whether and when a command that failed is sent again.
import { CommandState } from './command.js';
import { type Change, type Standing, settle } from './command-change.js';

const MAX_ATTEMPTS = 8;
const BASE_MS = 2_000;
const LONGEST_MS = 60_000;
/** Up to a fifth sooner, so that what failed together does not come back together. */
const JITTER = 0.2;

/** A failure as the device, or the edge, named it. */
export interface Failure {
  /** snake_case. */
  readonly code: string;
  /** never, once, later or rejoin; anything else means never. */
  readonly retry: string;
  readonly message: string;
}

/** `random` answers 0 to 1. */
export function afterFailure(
  { attempts, expiresInMs }: Pick<Standing, 'attempts' | 'expiresInMs'>,
  { code, retry, message }: Failure,
  random: () => number = Math.random,
): Change {
  const again = (detail: string, dueInMs?: number): Change => ({
    steps: [{ state: CommandState.queued, detail }],
    dueInMs,
    attempted: true,
    code: '',
  });
  if (retry === 'once' && attempts < 1) return again(`${code}, again at once`, 0);
  if (retry === 'rejoin' && attempts < MAX_ATTEMPTS) return again(`${code}, again when it joins`);
  if (retry === 'later' && attempts < MAX_ATTEMPTS) {
    const delayMs = Math.min(LONGEST_MS, BASE_MS * 2 ** attempts) * (1 - JITTER * random());
    const seconds = Math.round(delayMs / 1_000);
    if (delayMs < expiresInMs) return again(`${code}, again in ${seconds} s`, delayMs);
  }
  return settle(CommandState.failed, message === '' ? code : message, { code });
}
