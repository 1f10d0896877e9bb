// Makes the identifiers of everything that the platform itself names.
import { v7 } from 'uuid';

/** A new UUID version 7 (RFC 9562): sorts by creation time, in lower case with dashes. */
export function uuidv7(): string {
  return v7();
}
