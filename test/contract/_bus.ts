// Every subject that the contracts declare, and what it means for one to hold another.
import * as proto from '@mooring/proto';
import { type Address, deadLetterSubject } from '@mooring/runtime';

/** A subject by the name under which code refers to it. */
export interface Declared {
  readonly name: string;
  readonly address: Address<string>;
}

function isAddress(value: unknown): value is Address<string> {
  return typeof value === 'object' && value !== null && 'template' in value && 'filter' in value;
}

/** All groups of subjects that @mooring/proto exports, and the runtime's own one. */
export const declared: readonly Declared[] = [
  ...Object.entries(proto).flatMap(([group, members]) =>
    Object.entries(members).flatMap(([member, address]: [string, unknown]) =>
      isAddress(address) ? [{ name: `${group}.${member}`, address }] : [],
    ),
  ),
  { name: 'deadLetterSubject', address: deadLetterSubject },
];

/** Whether some subject is of both filters. */
export function overlap(one: string, other: string): boolean {
  const [left, right] = [one.split('.'), other.split('.')];
  if (left.length !== right.length) return false;
  return left.every((word, at) => word === '*' || right[at] === '*' || word === right[at]);
}

/** Whether every subject of `narrow` is one of `wide`. */
export function covers(wide: string, narrow: string): boolean {
  const [left, right] = [wide.split('.'), narrow.split('.')];
  if (left.length !== right.length) return false;
  return left.every((word, at) => word === '*' || word === right[at]);
}
