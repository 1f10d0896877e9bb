// Decides what follows from what an edge did with a command, and from an answer that does not come.
import { CommandState } from './command.js';
import { type Change, repeatOf, type Standing, settle } from './command-change.js';
import { afterFailure } from './command-retry.js';

/** What became of one delivery. */
export type Delivered =
  | {
      readonly as: 'written';
      /** 0 when no answer comes. */
      readonly answerWithinMs: number;
      readonly repeatable: boolean;
      readonly retries: number;
    }
  | { readonly as: 'refused'; readonly code: string; readonly message: string }
  /** Nobody was there to take it, which passes. */
  | { readonly as: 'busy' }
  /** There is nothing to do: the device is what it was to become. */
  | { readonly as: 'already'; readonly detail: string }
  /** The session is not there, so nothing was written. */
  | { readonly as: 'gone' }
  /** No reply came: it may have been written or not. */
  | { readonly as: 'unknown' };

/** One delivery as its outcome is matched with the command again. */
export interface DeliveryId {
  readonly connection: string;
  readonly repeat: number;
}

/** Within this time an edge says what it did; else the same is delivered to it again. */
export const UNDECIDED_MS = 5_000;
/** Until whoever was not there is asked again. */
const BUSY_MS = 5_000;
/** How long one that may have been written waits for its answer when nothing else says so. */
const DOUBTFUL_MS = 60_000;

/**
 * The change that the outcome makes; none when the command has moved on meanwhile. `doubt`: an earlier delivery of the
 * same has no known outcome, so that a session that is gone may have written it.
 */
export function afterDelivery(
  command: Standing,
  { connection, repeat }: DeliveryId,
  outcome: Delivered,
  doubt: boolean,
): Change | undefined {
  const same = command.sentConnection === connection && repeatOf(command) === repeat;
  if (command.state !== CommandState.sent || command.written || !same) return undefined;
  switch (outcome.as) {
    case 'written':
      return written(command, outcome);
    case 'refused': {
      const { code, message } = outcome;
      const retry = code === 'not_joined' ? 'rejoin' : 'never';
      return afterFailure(command, { code, message, retry });
    }
    case 'busy':
      return {
        steps: [{ state: CommandState.queued, detail: 'nobody takes orders now; again in a moment' }],
        dueInMs: BUSY_MS,
      };
    case 'already':
      return settle(CommandState.succeeded, outcome.detail);
    case 'gone':
      return doubt && !command.repeatable ? doubtful(command) : sentElsewhere(command);
    case 'unknown':
      return undefined;
  }
}

function written(command: Standing, said: Extract<Delivered, { as: 'written' }>): Change {
  const { answerWithinMs, repeatable, retries } = said;
  if (answerWithinMs === 0) return settle(CommandState.unconfirmed, 'this device does not answer');
  return {
    steps: [],
    written: true,
    repeatable,
    retriesLeft: command.retriesLeft < 0 ? retries : command.retriesLeft,
    answerInMs: command.timeoutS === undefined ? answerWithinMs : command.timeoutS * 1_000,
  };
}

/** To be sent over the device's next connection, which may be there already. */
function sentElsewhere({ deviceOnline, deviceEpoch, sentEpoch }: Standing): Change {
  return {
    steps: [{ state: CommandState.queued, detail: 'its connection was gone' }],
    dueInMs: deviceOnline && deviceEpoch !== sentEpoch ? 0 : undefined,
  };
}

/** It may have been carried out, so it is not sent again; its answer may still come. */
function doubtful({ timeoutS, sentAgoMs = 0 }: Standing): Change {
  const limitMs = timeoutS === undefined ? DOUBTFUL_MS : timeoutS * 1_000;
  return {
    steps: [{ state: CommandState.sent, detail: 'its connection is gone; it may have been written' }],
    written: true,
    retriesLeft: 0,
    answerInMs: Math.max(0, limitMs - sentAgoMs),
  };
}

/** What is to be done about a command whose time is over. */
export type Overdue = {
  readonly change: Change;
  /** Deliver it: the same to the same session, or once more to where the device is now. */
  readonly deliver?: 'same' | 'again';
};

export function afterDeadline(command: Standing): Overdue {
  const { written, sentAgoMs = 0, retriesLeft, deviceOnline } = command;
  if (!written) {
    return sentAgoMs > DOUBTFUL_MS
      ? { change: settle(CommandState.unconfirmed, 'its edge did not say whether it was written') }
      : { change: { steps: [], answerInMs: UNDECIDED_MS }, deliver: 'same' };
  }
  if (retriesLeft <= 0 || !deviceOnline)
    return { change: settle(CommandState.unconfirmed, 'no answer in time') };
  const steps = [{ state: CommandState.sent, detail: 'no answer; written again' }];
  const again = { steps, repeated: true, retriesLeft: retriesLeft - 1, written: false };
  return { change: { ...again, answerInMs: UNDECIDED_MS }, deliver: 'again' };
}
