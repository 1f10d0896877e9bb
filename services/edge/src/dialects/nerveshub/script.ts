// Scripts that a device runs for a command: how they are named on the wire, and what its answer means.
import type { ControlContent, JsonObject } from '../dialect.js';
import { member, textOf } from './json.js';

/** The reference waits as long at its API. */
export const SCRIPT_WITHIN_MS = 30_000;

/** Bytes of output that a command's result keeps; escaped as JSON it still fits a record. */
const MAX_OUTPUT_BYTES = 48 * 1024;
const MAX_RETURN = 4 * 1024;
const MAX_REASON = 512;
const MAX_REF = 64;

/** Unpadded base64 of the number's four bytes, the first the highest. */
export function refOfNumber(number: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Undefined for a ref that no command has. */
function numberOfRef(ref: string): number | undefined {
  const bytes = Buffer.from(ref, 'base64');
  if (bytes.length !== 4 || refOfNumber(bytes.readUInt32BE()) !== ref) return undefined;
  return bytes.readUInt32BE() || undefined;
}

/** A script's answer: of a command, of something else, or nothing that can be read. */
export type ScriptAnswer =
  | { readonly of: 'command'; readonly content: Extract<ControlContent, { is: 'answer' }> }
  | { readonly of: 'other'; readonly ref: string; readonly result: JsonObject };

/**
 * A script that raises is said to be completed, with the exception in its output only (nerveshub.md 3.4, note): it has run,
 * so it succeeded, and the result names the exception.
 */
export function scriptAnswer(fields: JsonObject): ScriptAnswer | undefined {
  const ref = textOf(member(fields, 'ref'), MAX_REF);
  if (ref === undefined) return undefined;
  const result = resultOf(fields);
  const number = numberOfRef(ref);
  if (number === undefined) return { of: 'other', ref, result };
  const said = { is: 'answer', number, result } as const;
  if (member(fields, 'result') !== 'error') {
    return { of: 'command', content: { ...said, outcome: 'succeeded' } };
  }
  const message = textOf(member(fields, 'reason'), MAX_REASON) ?? 'The device could not run the script';
  const failure = { outcome: 'failed', code: 'script_failed', retry: 'never', message } as const;
  return { of: 'command', content: { ...said, ...failure } };
}

function resultOf(fields: JsonObject): JsonObject {
  const whole = textOf(member(fields, 'output'), Number.MAX_SAFE_INTEGER);
  const output = whole === undefined ? undefined : cut(whole);
  const returned = textOf(member(fields, 'return'), MAX_RETURN);
  const reason = textOf(member(fields, 'reason'), MAX_REASON);
  const exception = whole === undefined ? undefined : raised(whole);
  return {
    ...(output === undefined ? {} : { output }),
    ...(output !== whole ? { truncated: true } : {}),
    ...(returned === undefined ? {} : { return: returned }),
    ...(reason === undefined ? {} : { reason }),
    ...(exception === undefined ? {} : { exception }),
  };
}

/** At most so many bytes, cut between characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_OUTPUT_BYTES) return text;
  // Not more than the last character can be broken.
  return bytes.toString('utf8', 0, MAX_OUTPUT_BYTES).replace(/\ufffd$/, '');
}

/** The line with which Elixir says what was raised. */
function raised(output: string): string | undefined {
  return /^\*\* \([\w.]+\).*$/m.exec(output)?.[0].slice(0, MAX_REASON);
}
