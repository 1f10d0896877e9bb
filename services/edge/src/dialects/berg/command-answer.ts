// What is told of commands upwards: a bridge's responses to them, and the paper that came out.

import type { AdmittedDevice, ControlContent, Effect } from '../dialect.js';
import { present } from '../json-object.js';
import { control } from './printer-record.js';
import { failureOf } from './response-code.js';
import type { BergMessage } from './wire.js';

type Response = Extract<BergMessage, { kind: 'device_response' | 'bridge_response' }>;

const MAX_NUMBER = 0xffff_ffff;

/** 0 names no command; prints and commands of other servers may carry any number. */
function isCommandNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= MAX_NUMBER;
}

/** `device` is the printer where it is known, else the bridge. */
export function answerCommand(device: AdmittedDevice, message: Response, now: number, out: Effect[]): void {
  if (isCommandNumber(message.commandId)) control(device, contentOf(message), now, out);
  else out.push({ do: 'count', outcome: 'unrecognised', what: 'command_id' });
}

/** A printer that has stored a command has not printed it yet; a bridge's answer is its last word. */
function contentOf(message: Response): ControlContent {
  const ofDevice = message.kind === 'device_response';
  const failure = failureOf(ofDevice ? 'device' : 'bridge', message.returnCode);
  const result = present({
    return_code: message.returnCode,
    transfer_time_s: ofDevice ? message.transferTimeS : undefined,
    rssi_dbm: ofDevice ? message.rssiDbm : undefined,
  });
  const answer = { is: 'answer', number: message.commandId, result } as const;
  if (failure === undefined) return { ...answer, outcome: ofDevice ? 'acknowledged' : 'succeeded' };
  const { name: code, ...rest } = failure;
  return { ...answer, outcome: 'failed', code, ...rest };
}
