// Decides which resources a meta.conf declares, and whether data are what it declared (nerveshub.md 5.5).
import { blake2b } from '@noble/hashes/blake2.js';
import type { Section } from './meta-conf.js';
import { type Refusal, refuse, shown } from './refusal.js';

/** A `file-resource` of meta.conf. */
export interface Resource {
  readonly name: string;
  /** Bytes of data, holes of a sparse file not counted. */
  readonly dataBytes: number;
  /** Lower-case hex, 32 bytes. */
  readonly blake2b256: string;
}

const LENGTH = /^\d{1,15}$/;
const HASH = /^[0-9a-f]{64}$/i;
// VCDIFF, RFC 3284, 4.1: "VCD" with the high bits set.
const VCDIFF = Buffer.from('d6c3c4', 'hex');

/** All that are declared, in order, or a refusal: `bad_resource`. */
export function resourcesOf(conf: Section): readonly Resource[] | Refusal {
  const resources = new Map<string, Resource>();
  for (const { name, title, options } of conf.sections) {
    if (name !== 'file-resource') continue;
    const lengths = options.get('length') ?? ['0'];
    const [hash = '', ...more] = options.get('blake2b-256') ?? [];
    const right = lengths.every((each) => LENGTH.test(each)) && HASH.test(hash) && more.length === 0;
    if (!right || title === '' || resources.has(title)) {
      return refuse(
        'bad_resource',
        `the file-resource ${shown(title)} in meta.conf is malformed or there twice`,
      );
    }
    // Data and holes take turns; an archive holds the data alone.
    const dataBytes = lengths.reduce((sum, each, index) => sum + (index % 2 === 0 ? Number(each) : 0), 0);
    resources.set(title, { name: title, dataBytes, blake2b256: hash.toLowerCase() });
  }
  return [...resources.values()];
}

/** Refuses an archive whose entries are not the declared ones: `missing_resource` or `undeclared_resource`. */
export function compareNames(declared: readonly Resource[], present: Iterable<string>): Refusal | undefined {
  const names = new Set(present);
  const missing = declared.find(({ name }) => !names.has(name));
  if (missing !== undefined) {
    return refuse('missing_resource', `meta.conf declares ${shown(missing.name)}, which is not in the file`);
  }
  for (const { name } of declared) names.delete(name);
  const [extra] = names;
  if (extra === undefined) return undefined;
  return refuse('undeclared_resource', `${shown(`data/${extra}`)} is not declared in meta.conf`);
}

/** Follows the data of one resource. A delta replaces them by a VCDIFF, of which meta.conf says nothing. */
export class ResourceCheck {
  readonly #resource: Resource;
  readonly #hash = blake2b.create({ dkLen: 32 });
  #begin = Buffer.alloc(0);
  #bytes = 0;

  constructor(resource: Resource) {
    this.#resource = resource;
  }

  /** Takes the next bytes; false once there are too many, so that the rest need not be looked at. */
  update(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length;
    if (this.#begin.length < VCDIFF.length) {
      this.#begin = Buffer.concat([this.#begin, chunk.subarray(0, VCDIFF.length - this.#begin.length)]);
    }
    if (this.delta) return true;
    if (this.#bytes > this.#resource.dataBytes) return false;
    this.#hash.update(chunk);
    return true;
  }

  get delta(): boolean {
    return this.#begin.equals(VCDIFF);
  }

  /** What is wrong with all that was taken: `length_mismatch` or `hash_mismatch`. Once only. */
  finish(): Refusal | undefined {
    const { name, dataBytes, blake2b256 } = this.#resource;
    if (this.delta) return undefined;
    if (this.#bytes !== dataBytes) {
      return refuse(
        'length_mismatch',
        `${shown(name)} has not the ${dataBytes} bytes that meta.conf declares`,
      );
    }
    if (Buffer.from(this.#hash.digest()).toString('hex') === blake2b256) return undefined;
    return refuse('hash_mismatch', `the data of ${shown(name)} are not those that meta.conf declares`);
  }
}
