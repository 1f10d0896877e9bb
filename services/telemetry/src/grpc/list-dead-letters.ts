// ListDeadLetters: what no consumer could handle, newest first, a page at a time.
import type { telemetry } from '@mooring/proto';
import { Fault } from '@mooring/runtime';
import type { Context } from './context.js';
import { toMessage } from './dead-letter.js';
import { limitOf } from './request.js';

/** Each is read from the stream by itself. */
const MAX_PAGE = 100;

export function listDeadLetters({ deadLetters }: Context) {
  return async (request: telemetry.ListDeadLettersRequest): Promise<telemetry.ListDeadLettersResponse> => {
    const limit = Math.min(limitOf(request.limit), MAX_PAGE);
    if (!/^\d{0,15}$/.test(request.cursor)) throw new Fault('invalid', 'cursor is malformed');
    const before = request.cursor === '' ? {} : { before: request.cursor };
    const letters = await deadLetters.list({ limit: limit + 1, ...before });
    const items = letters.slice(0, limit);
    return {
      items: items.map(toMessage),
      nextCursor: letters.length > limit ? (items.at(-1)?.id ?? '') : '',
    };
  };
}
