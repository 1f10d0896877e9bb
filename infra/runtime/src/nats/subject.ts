// What a subject is: a template with named holes, and the codec of what travels on it.
import { token, untoken } from './token.js';

/** Turns messages into bytes and back; a generated protobuf message object is one. `decode` throws on bad bytes. */
export interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

type HoleOf<S extends string> = S extends `${string}{${infer Hole}}${infer Rest}`
  ? Hole | HoleOf<Rest>
  : never;

/** One string per hole of the template, unescaped. */
export type Params<S extends string> = string extends S
  ? Readonly<Record<string, string>>
  : { readonly [Hole in HoleOf<S>]: string };

/** The names on the bus that one template stands for. */
export interface Address<S extends string> {
  readonly template: S;
  /** The template with `*` in its holes. */
  readonly filter: string;
  /** The subject for these parameters, each passed through `token`. */
  of(params: Params<S>): string;
  /** The parameters of a subject made by `of`; undefined for any other. */
  parse(subject: string): Params<S> | undefined;
}

/** Where messages of one type are published. */
export interface Subject<S extends string, T> extends Address<S> {
  readonly codec: Codec<T>;
}

/** Where requests of one type are answered, on core NATS: no listener is known at once and never waited for. */
export interface Rpc<S extends string, Q, R> extends Address<S> {
  readonly request: Codec<Q>;
  readonly reply: Codec<R>;
}

/** Declares a subject. Throws a TypeError when the template is not of the form `fixed.words.{hole}`. */
export function subject<const S extends string, T>(template: S, codec: Codec<T>): Subject<S, T> {
  return { ...address(template), codec };
}

/** Declares a request and its reply. Throws as `subject` does. */
export function rpc<const S extends string, Q, R>(
  template: S,
  request: Codec<Q>,
  reply: Codec<R>,
): Rpc<S, Q, R> {
  return { ...address(template), request, reply };
}

const WORD = /^[a-z0-9-]+$/;
const HOLE = /^\{([a-zA-Z]+)\}$/;

function address<S extends string>(template: S): Address<S> {
  const parts = template.split('.').map((part) => ({ part, hole: HOLE.exec(part)?.[1] }));
  for (const { part, hole } of parts) {
    if (hole === undefined && !WORD.test(part))
      throw new TypeError(`bad part '${part}' in subject ${template}`);
  }
  return {
    template,
    filter: parts.map(({ part, hole }) => (hole === undefined ? part : '*')).join('.'),
    of(params) {
      const given: Readonly<Record<string, string>> = params;
      let made = '';
      for (const { part, hole } of parts) {
        made += `${made === '' ? '' : '.'}${hole === undefined ? part : token(given[hole] ?? '')}`;
      }
      return made;
    },
    parse(name) {
      const tokens = name.split('.');
      if (tokens.length !== parts.length) return undefined;
      const params: Record<string, string> = {};
      for (const [at, { part, hole }] of parts.entries()) {
        const given = tokens[at] ?? '';
        const value = hole === undefined ? given : untoken(given);
        if (value === undefined || (hole === undefined && given !== part)) return undefined;
        if (hole !== undefined) params[hole] = value;
      }
      return params as Params<S>;
    },
  };
}
