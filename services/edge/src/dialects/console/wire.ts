// A person's frames: text JSON into messages or what is wrong with them, every size bounded, and what the person is told.
import type { ConsoleKind, FileStep } from '../console-session.js';
import type { Effect, JsonObject } from '../dialect.js';
import { objectOf, type UnknownMembers } from '../json-object.js';

/** Longest token in characters; header limits of HTTP servers keep real ones below it. */
const MAX_TOKEN = 8192;
const MAX_NAME = 128;
const MAX_SIDE = 1000;
const MAX_FILE_NAME = 255;
const MAX_CHUNK_BYTES = 16 * 1024;

export interface Window {
  readonly rows: number;
  readonly columns: number;
}

export type PersonMessage =
  | {
      readonly type: 'hello';
      /** Absent when the upgrade request brought one. */
      readonly token: string | undefined;
      readonly device: string;
      readonly kind: ConsoleKind;
      readonly window: Window | undefined;
    }
  | { readonly type: 'input'; readonly data: string }
  | { readonly type: 'resize'; readonly window: Window }
  | { readonly type: 'restart' }
  | { readonly type: 'file'; readonly file: FileStep };

/** `about` is the type that was said, for the counters: one of a closed set. */
export interface Unreadable {
  readonly type: 'unreadable';
  readonly about: string;
  readonly message: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Total. */
export function readMessage(data: Uint8Array): PersonMessage | Unreadable {
  let members: UnknownMembers | undefined;
  try {
    members = objectOf(JSON.parse(utf8.decode(data)));
  } catch {
    return unreadable('json', 'A message is a JSON object');
  }
  if (members === undefined) return unreadable('json', 'A message is a JSON object');
  switch (members['type']) {
    case 'hello':
      return helloOf(members);
    case 'input':
      return typeof members['data'] === 'string'
        ? { type: 'input', data: members['data'] }
        : unreadable('input', 'data must be a text');
    case 'resize': {
      const window = windowOf(members);
      return window === undefined
        ? unreadable('resize', `rows and columns must be integers from 1 to ${MAX_SIDE}`)
        : { type: 'resize', window };
    }
    case 'restart':
      return { type: 'restart' };
    case 'file':
      return fileOf(members);
    default:
      return unreadable('type', 'type must be hello, input, resize, restart or file');
  }
}

function unreadable(about: string, message: string): Unreadable {
  return { type: 'unreadable', about, message };
}

function helloOf(members: UnknownMembers): PersonMessage | Unreadable {
  const { token, device, kind = 'iex' } = members;
  if (typeof device !== 'string' || device === '' || device.length > MAX_NAME) {
    return unreadable('hello', `device must be a text of 1 to ${MAX_NAME} characters`);
  }
  if (kind !== 'iex' && kind !== 'shell') return unreadable('hello', 'kind must be iex or shell');
  if (token !== undefined && (typeof token !== 'string' || token.length > MAX_TOKEN)) {
    return unreadable('hello', `token must be a text of at most ${MAX_TOKEN} characters`);
  }
  return { type: 'hello', token: token === '' ? undefined : token, device, kind, window: windowOf(members) };
}

function windowOf({ rows, columns }: UnknownMembers): Window | undefined {
  return isSide(rows) && isSide(columns) ? { rows, columns } : undefined;
}

function isSide(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SIDE;
}

/** A name that leads nowhere else: no separators and no control characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const FILE_NAME = /^(?!\.{1,2}$)[^\u0000-\u001f\u007f/\\]+$/;

function fileOf({ step, name, chunk, data }: UnknownMembers): PersonMessage | Unreadable {
  if (typeof name !== 'string' || name.length > MAX_FILE_NAME || !FILE_NAME.test(name)) {
    return unreadable('file', `name must be 1 to ${MAX_FILE_NAME} characters, without separators`);
  }
  if (step === 'start' || step === 'stop') return { type: 'file', file: { step, name } };
  if (step !== 'chunk') return unreadable('file', 'step must be start, chunk or stop');
  if (typeof chunk !== 'number' || !Number.isInteger(chunk) || chunk < 0 || chunk > 0xffff_ffff) {
    return unreadable('file', 'chunk must be its index');
  }
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    return unreadable('file', 'data must be base64');
  }
  const bytes = Buffer.from(data, 'base64');
  return bytes.length > MAX_CHUNK_BYTES
    ? unreadable('file', `data must have at most ${MAX_CHUNK_BYTES} bytes`)
    : { type: 'file', file: { step, name, chunk, data: bytes } };
}

/** The token of an `Authorization: Bearer` header, if there is one. */
export function bearerOf(header: string | undefined): string | undefined {
  const token = /^bearer +(\S+)$/i.exec(header ?? '')?.[1];
  return token !== undefined && token.length <= MAX_TOKEN ? token : undefined;
}

export function say(type: string, members: JsonObject = {}): Effect {
  return { do: 'send', frame: JSON.stringify({ type, ...members }) };
}

export function sayError(code: string, message: string): Effect {
  return say('error', { code, message });
}

/** A piece of a file on its way to the person. */
export function sayFile(file: FileStep): Effect {
  const { step, name } = file;
  if (step !== 'chunk') return say('file', { step, name });
  return say('file', { step, name, chunk: file.chunk, data: Buffer.from(file.data).toString('base64') });
}
