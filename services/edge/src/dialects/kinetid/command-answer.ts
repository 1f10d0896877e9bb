// What a plug's messages say of a command: the ack of one that answers, and evidence from one that does not.

import type { AdmittedDevice, ControlContent, Effect, JsonObject } from '../dialect.js';
import { isEmpty, present } from '../json-object.js';
import { newestWatts } from './report.js';
import type { Plug } from './state.js';
import { commandNumberOf, type Message } from './wire.js';

type Answer = Extract<ControlContent, { is: 'answer' }>;

const ERROR_CODE = /^[a-z][a-z0-9_]{0,63}$/;
const UNKNOWN_ID: Effect = { do: 'count', outcome: 'unrecognised', what: 'ack_id' };

/** The answer that an ack is; a count when it names no command of ours. */
export function answerOf(
  plug: Plug,
  device: AdmittedDevice,
  id: string,
  on: boolean | undefined,
  error: string | undefined,
  now: number,
): Effect {
  const number = commandNumberOf(id);
  if (number === undefined) return UNKNOWN_ID;
  if (plug.expected?.number === number) plug.expected = undefined;
  const result = present({ on });
  const said = isEmpty(result) ? {} : { result };
  return error === undefined
    ? emitAnswer(device, now, { is: 'answer', number, outcome: 'succeeded', ...said })
    : emitAnswer(device, now, { ...failure(number, error), ...said });
}

/** A plug's error is its own last word: it tries for itself what can be tried again (kinetid.md 3.2). */
function failure(number: number, error: string): Answer {
  const failed = { is: 'answer', number, outcome: 'failed', retry: 'never' } as const;
  return ERROR_CODE.test(error)
    ? { ...failed, code: error }
    : { ...failed, code: 'device_error', message: error };
}

/** Emits the success of the expected switch when the message shows it; one that shows the contrary says nothing. */
export function noteEvidence(
  plug: Plug,
  device: AdmittedDevice,
  message: Message,
  now: number,
  out: Effect[],
): void {
  const { expected } = plug;
  if (expected === undefined || message.cmd === 'hb') return;
  if (now >= expected.untilMs) {
    plug.expected = undefined;
    return;
  }
  const { number, on } = expected;
  const evidence = evidenceOf(message, on);
  if (evidence === undefined) return;
  plug.expected = undefined;
  const result: JsonObject = { on, evidence };
  out.push(emitAnswer(device, now, { is: 'answer', number, outcome: 'succeeded', result }));
}

/** A state that is said outright outweighs what the consumption suggests. */
function evidenceOf(message: Message, on: boolean): 'state' | 'report' | undefined {
  if (typeof message.on === 'boolean') return message.on === on ? 'state' : undefined;
  const watts = message.cmd === 'report' ? newestWatts(message) : undefined;
  if (watts === undefined) return undefined;
  return watts > 0 === on ? 'report' : undefined;
}

function emitAnswer(device: AdmittedDevice, timeMs: number, content: Answer): Effect {
  return { do: 'emit', event: { kind: 'control', device, timeMs, content } };
}
