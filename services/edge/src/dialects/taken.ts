// What dialects say alike about commands: refusals, and frames that they write without interpreting them.
import type { Effect, Taken } from './dialect.js';

type Refusal = Extract<Taken, { outcome: 'refused' }>['code'];

export function refuseCommand(code: Refusal, message: string): Effect {
  return { do: 'taken', taken: { outcome: 'refused', code, message } };
}

/** For an action that this family of devices does not have. */
export function unsupportedAction(kind: string): Effect {
  return refuseCommand('unsupported', `Devices of this family take no ${kind} command`);
}

/** Says that a command was written to which nothing answers. `repeatable` as in `Taken`. */
export function writtenUnanswered(repeatable: boolean): Effect {
  return { do: 'taken', taken: { outcome: 'written', answerWithinMs: 0, repeatable, retries: 0 } };
}

/** One text frame as it stands, for devices that speak text; bytes are refused. */
export function writeRawText(frame: string | Uint8Array): readonly Effect[] {
  return typeof frame === 'string'
    ? [{ do: 'send', frame }, writtenUnanswered(false)]
    : [refuseCommand('invalid', 'Devices of this family speak text frames only')];
}
