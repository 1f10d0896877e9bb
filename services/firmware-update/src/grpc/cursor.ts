// Decides what a page's cursor looks like: opaque to callers, two numbers to us.
import { Fault } from '@mooring/runtime';
import type { Position } from '../store/updates.js';

/** The cursor of a position. */
export function toCursor(position: Position): string {
  return Buffer.from(`${position.epoch}.${position.sequence}`).toString('base64url');
}

/** The position of a cursor, nothing for an empty one. Fault `invalid` for a cursor that this service did not make. */
export function fromCursor(cursor: string): Position | undefined {
  if (cursor === '') return undefined;
  const parts = /^(\d{1,18})\.(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (parts?.[1] === undefined || parts[2] === undefined) {
    throw new Fault('invalid', 'the cursor is not one of this list', {
      details: [{ field: 'cursor', message: 'is not one of this list' }],
    });
  }
  return { epoch: BigInt(parts[1]), sequence: BigInt(parts[2]) };
}
