// The camera dialect's messages as its clients write and read them.
import { isObject, type Json, type JsonObject, parseObject } from '../json.js';

export interface CameraMessage {
  readonly type: string;
  readonly requestId: string | undefined;
  readonly payload: JsonObject;
}

/** A message to the platform; members in the order in which the seed shows them. */
export function write(type: string, ts: string, payload: JsonObject, requestId?: string): string {
  return JSON.stringify({ type, ...(requestId === undefined ? {} : { request_id: requestId }), ts, payload });
}

/** A message from the platform, and what is wrong with it. */
export function read(text: string): { readonly message: CameraMessage; readonly violation?: string } {
  const { type, request_id: requestId, ts, payload } = parseObject(text);
  const message: CameraMessage = {
    type: typeof type === 'string' ? type : '',
    requestId: typeof requestId === 'string' ? requestId : undefined,
    payload: isObject(payload) ? payload : {},
  };
  const violation = violationOf(type, requestId, ts, payload);
  return violation === undefined ? { message } : { message, violation };
}

const TS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function violationOf(
  type: Json | undefined,
  requestId: Json | undefined,
  ts: Json | undefined,
  payload: Json | undefined,
): string | undefined {
  if (typeof type !== 'string') return 'a message without type';
  if (requestId !== undefined && typeof requestId !== 'string') return 'a request_id that is no string';
  if (typeof ts !== 'string' || !TS.test(ts)) return 'a ts without milliseconds and Z';
  return isObject(payload) ? undefined : 'a payload that is no object';
}
