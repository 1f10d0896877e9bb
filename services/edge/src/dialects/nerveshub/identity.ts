// Under which identifier a device is admitted: the first of several sources that names one.
import type { Hello, JsonObject } from '../dialect.js';
import { fieldsOf, member } from './json.js';
import type { Payload } from './message.js';
import { readSignature } from './nh1-signature.js';
import { parseTopic } from './topics.js';

/** Longest identifier in UTF-16 units. */
const MAX_IDENTIFIER = 128;

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the point.
const UNUSABLE = /[\u0000-\u001f\u007f-\u009f\p{Surrogate}]/u;

const QUERY_NAMES = ['identifier', 'serial_number', 'device_id'];
const JOIN_NAMES = ['nerves_serial_number', 'serial_number', 'identifier'];

/** What the upgrade request names. The signature is not verified, so it is worth no more than the query. */
const HELLO_SOURCES: readonly ((hello: Hello) => string | undefined)[] = [
  (hello) => readSignature(hello.headers['x-nh-signature'] ?? '')?.identifier,
  (hello) => {
    const query = new URLSearchParams(hello.query);
    return firstUsable(QUERY_NAMES.map((name) => query.get(name)));
  },
];

/** What the first join names, for devices whose request named nothing. */
const JOIN_SOURCES: readonly ((topic: string, fields: JsonObject) => string | undefined)[] = [
  (topic) => {
    const named = parseTopic(topic);
    return named?.channel === 'device' ? named.id : undefined;
  },
  (_topic, fields) => firstUsable(JOIN_NAMES.map((name) => member(fields, name))),
];

export function identifierOfHello(hello: Hello): string | undefined {
  return firstUsable(HELLO_SOURCES.map((source) => source(hello)));
}

export function identifierOfJoin(topic: string, payload: Payload): string | undefined {
  const fields = fieldsOf(payload);
  return firstUsable(JOIN_SOURCES.map((source) => source(topic, fields)));
}

/** For a device that names itself nowhere: another one on every connection. */
export function anonymousIdentifier(connectionId: string): string {
  // The end of the id is random; its beginning is the time, which devices that dial together share.
  return `anonymous-${connectionId.slice(-12)}`;
}

/** An unusable name is passed over, not cut: two long names must never become one. */
function firstUsable(candidates: readonly unknown[]): string | undefined {
  return candidates.find((candidate) => isIdentifier(candidate));
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_IDENTIFIER && !UNUSABLE.test(value);
}
