// Decides how times are written and read: RFC 3339 in UTC with milliseconds out, any offset in.
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds as RFC 3339 with milliseconds and `Z`; fractions of a millisecond are cut off. */
export function toTime(epochMs: number): string {
  return new Date(Math.trunc(epochMs)).toISOString();
}

/** The same, or null for a time that is not known. */
export function toTimeOrNull(epochMs: number | undefined): string | null {
  return epochMs === undefined ? null : toTime(epochMs);
}

/** Epoch milliseconds of an RFC 3339 time; undefined for anything else. */
export function parseTime(text: string): number | undefined {
  const epochMs = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
