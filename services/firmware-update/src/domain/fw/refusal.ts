// The closed set of reasons for which a firmware file is not taken, as values.
import { Fault } from '@mooring/runtime';

/** What is wrong with a file. The words are published: programs that upload tell them apart. */
export type RefusalCode =
  | 'too_large'
  | 'not_a_zip'
  | 'damaged'
  | 'too_many_entries'
  | 'entry_unsupported'
  | 'duplicate_entry'
  | 'unexpected_entry'
  | 'wrong_order'
  | 'hidden_bytes'
  | 'inflates_too_large'
  | 'meta_conf_missing'
  | 'meta_conf_size'
  | 'meta_conf_syntax'
  | 'no_keys'
  | 'unsigned'
  | 'bad_signature'
  | 'metadata_incomplete'
  | 'metadata_too_long'
  | 'bad_version'
  | 'bad_resource'
  | 'missing_resource'
  | 'undeclared_resource'
  | 'length_mismatch'
  | 'hash_mismatch';

/** A file that is not taken, and why, in a sentence for whoever made it. */
export interface Refusal {
  readonly refused: RefusalCode;
  readonly sentence: string;
}

export function refuse(refused: RefusalCode, sentence: string): Refusal {
  return { refused, sentence };
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value && 'sentence' in value;
}

/** A name as a message may show it: quoted, and no longer than it helps. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}

/** The refusal as whoever uploads is told: the word is the message of its one detail. */
export function refusalFault({ refused, sentence }: Refusal): Fault {
  return new Fault('invalid', sentence, { details: [{ field: 'firmware', message: refused }] });
}
