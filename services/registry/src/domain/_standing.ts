// A command as it stands, for tests of decisions about it.
import type { Standing } from './command-change.js';

/** Sent over its device's present connection and written. */
export function standing(fields: Partial<Standing> = {}): Standing {
  return {
    state: 'sent',
    dialect: 'berg',
    step: 2,
    attempts: 0,
    repeats: 0,
    retriesLeft: 0,
    written: true,
    repeatable: false,
    sentAgoMs: 1_000,
    sentConnection: 'c',
    sentEpoch: 1n,
    expiresInMs: 600_000,
    timeoutS: undefined,
    lastAnswer: '',
    deviceOnline: true,
    deviceEpoch: 1n,
    ...fields,
  };
}
