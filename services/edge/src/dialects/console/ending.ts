// How a person's console ends: what the person is told, what the device's end hears, what the audit log keeps.
import { consoleClosed } from '../console-audit.js';
import { lastWord } from '../console-link.js';
import type { CloseCode, Effect, RefusalCode, Step } from '../dialect.js';
import type { ConsoleState, Opened } from './state.js';
import { say, sayError } from './wire.js';

/** Codes that invite back only where the same may succeed later. */
export const Close = {
  ended: { code: 1000, text: 'Console ended' },
  expectedHello: { code: 1008, text: 'Expected hello message' },
  helloTimeout: { code: 1008, text: 'Hello timeout' },
  refused: { code: 1008, text: 'Refused' },
  binary: { code: 1003, text: 'Text frames only' },
  tryLater: { code: 1013, text: 'Try again later' },
} as const satisfies Record<string, CloseCode>;

const CLOSED: ConsoleState = { phase: 'closed' };

/** Ends before there was a console. `reason` goes into the connection's history. */
export function refuse(
  close: CloseCode,
  reason: string,
  code: string,
  message: string,
  ...more: readonly Effect[]
): Step<ConsoleState> {
  return { state: CLOSED, effects: [...more, sayError(code, message), { do: 'close', close, reason }] };
}

/** A refusal of the registry, in words for a person. */
export function refusal(code: RefusalCode): Step<ConsoleState> {
  switch (code) {
    case 'unauthenticated':
      return refuse(Close.refused, code, code, 'The token names nobody');
    case 'forbidden':
      return refuse(
        Close.refused,
        code,
        code,
        'A console needs the role operator, and of a key the scope console',
      );
    case 'not_found':
      return refuse(Close.refused, code, code, 'There is no such device');
    case 'conflict':
      return refuse(Close.tryLater, 'device_offline', 'offline', 'The device is offline');
    case 'invalid':
      return refuse(Close.refused, code, code, 'The request cannot be understood');
    case 'exhausted':
    case 'unavailable':
      return refuse(Close.tryLater, code, 'unavailable', 'It cannot be decided now');
  }
}

/** Ends a console: the person hears why, and the log too. The device's end is told where it does not say so itself. */
export function finish(
  opened: Opened,
  reason: string,
  now: number,
  tellDevice: boolean,
  close: CloseCode = Close.ended,
): Step<ConsoleState> {
  const told = tellDevice ? [lastWord(opened.link, { is: 'closed', reason: 'person_left' })] : [];
  const effects: Effect[] = [...told, closedEffect(opened, reason, now), say('closed', { reason })];
  return { state: CLOSED, effects: [...effects, { do: 'close', close, reason }] };
}

/** The connection is gone: nobody is left to be told on this side. */
export function abandon(opened: Opened, now: number): Step<ConsoleState> {
  const told = lastWord(opened.link, { is: 'closed', reason: 'person_left' });
  return { state: CLOSED, effects: [told, closedEffect(opened, 'person_left', now)] };
}

function closedEffect(opened: Opened, reason: string, now: number): Effect {
  const { session, openedMs, bytesIn, bytesOut } = opened;
  const amounts = { durationMs: now - openedMs, bytesIn, bytesOut };
  return { do: 'emit', event: consoleClosed(session, reason, now, amounts) };
}
