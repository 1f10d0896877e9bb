// Makes a device's answer safe to keep: what it says reaches people's screens and the database.
import type { bus } from '@mooring/proto';
import type { Answer } from './command-answer.js';
import { parseObject } from './json.js';

const MAX_RESULT_BYTES = 8 * 1024;
const MAX_MESSAGE = 200;
const CODE = /^[\w.:-]{1,64}$/;

/** `place` tells the record from all others. Undefined when its outcome is none. */
export function readAnswer(place: string, said: bus.CommandAnswer): Answer | undefined {
  const { outcome, code, retry, message, resultJson } = said;
  if (outcome !== 'acknowledged' && outcome !== 'succeeded' && outcome !== 'failed') return undefined;
  return {
    // One step of a device may say two things.
    id: `${place}/${outcome}`,
    outcome,
    code: outcome !== 'failed' || CODE.test(code) ? code : 'device_error',
    retry,
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out.
    message: message.replaceAll(/[\u0000-\u001f\u007f-\u009f\p{Surrogate}]/gu, ' ').slice(0, MAX_MESSAGE),
    result: resultJson === '' ? undefined : parseObject(resultJson, MAX_RESULT_BYTES),
  };
}
