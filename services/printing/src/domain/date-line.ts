// The line of a header that says when, on the printer's own clock.
import { Fault } from '@mooring/runtime';

// What a Date holds to either side of 1970 (ECMA-262, 21.4.1.1).
const MAX_TIME_MS = 8.64e15;

/** Such as `Saturday 21 November 2026, 14:05`. Fault `invalid` for a zone that is unknown, or a time that is none. */
export function dateLine(timeMs: number, timeZone: string): string {
  if (!(Math.abs(timeMs) <= MAX_TIME_MS)) throw new Fault('invalid', 'the time is out of range');
  const date = format(timeZone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const time = format(timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${date.format(timeMs).replace(',', '')}, ${time.format(timeMs)}`;
}

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  } catch (cause) {
    if (cause instanceof RangeError) throw new Fault('invalid', 'the time zone is unknown', { cause });
    throw cause;
  }
}
