// The dialects, and what each accepts as a device's own name.
import { hasControl } from './fields.js';

export const Dialect = {
  berg: 'berg',
  kinetid: 'kinetid',
  camera: 'camera',
  nerveshub: 'nerveshub',
} as const;
export type Dialect = (typeof Dialect)[keyof typeof Dialect];

export function isDialect(value: string): value is Dialect {
  return Object.hasOwn(Dialect, value);
}

/** Either the identifier in the form it is kept in, or what is wrong with it. */
export type Identified = { readonly identifier: string } | { readonly problem: string };

const BERG = /^(?:0x)?([0-9a-f]{16})$/i;
const KINETID = /^[0-9A-Za-z:_-]{1,64}$/;

/** A device's own name as its dialect bounds it. BERG addresses are EUI-64s in hexadecimal, kept in lower case without `0x`. */
export function identify(dialect: Dialect, value: string): Identified {
  switch (dialect) {
    case 'berg': {
      const digits = BERG.exec(value)?.[1];
      return digits ? { identifier: digits.toLowerCase() } : { problem: 'must be 16 hexadecimal digits' };
    }
    case 'kinetid':
      return KINETID.test(value)
        ? { identifier: value }
        : { problem: 'must be 1 to 64 of 0-9 A-Z a-z : _ -' };
    case 'camera':
      return text(value, 128);
    case 'nerveshub':
      return text(value, 255);
  }
}

function text(value: string, longest: number): Identified {
  const fits = value.length >= 1 && value.length <= longest && !hasControl(value);
  return fits
    ? { identifier: value }
    : { problem: `must be 1 to ${longest} characters, no control characters` };
}
