// Reads the certificate that a TLS front says its client has the key of, in the forms that nginx, HAProxy and Envoy write.
import type { PresentedCertificate } from '../dialects/upgrade.js';

/** Longest header value and certificate, and most certificates of a chain, that are read. */
const MAX_HEADER = 32_768;
const MAX_DER_BYTES = 8_192;
const MAX_CHAIN = 8;

const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const ELEMENT = /(?:^|[;,])\s*([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;,"]*)/gy;

/**
 * The leaf and, where it is passed on, its chain. Undefined when the front says by an empty value that there is none.
 * `unreadable` for everything else, such as an Envoy element without `Cert` and `Chain`.
 *
 * nginx: `$ssl_client_escaped_cert`, URL-encoded PEM. HAProxy: `ssl_c_der,base64`. Envoy: `x-forwarded-client-cert`, of
 * which the last element counts, because the nearest proxy wrote it.
 */
export function clientCertificate(value: string): PresentedCertificate | 'unreadable' | undefined {
  if (value === '') return undefined;
  if (value.length > MAX_HEADER) return 'unreadable';
  if (BASE64.test(value)) return presented([Buffer.from(value, 'base64')]);
  if (value.startsWith('-----BEGIN')) return presented(ofPem(value));
  return forwarded(value);
}

function forwarded(value: string): PresentedCertificate | 'unreadable' {
  const elements = elementsOf(value);
  const last = elements?.at(-1);
  if (last === undefined) return 'unreadable';
  const [leaf, chain] = [last.get('cert'), last.get('chain')];
  const all = chain === undefined ? [] : ofPem(chain);
  const ders = leaf === undefined ? all : ofPem(leaf);
  if (all === undefined || ders === undefined) return 'unreadable';
  const [first] = ders;
  // Envoy's chain begins with the leaf itself.
  return presented(first && [first, ...all.filter((der) => !der.equals(first))]);
}

/** The `Key=value` pairs of each comma-separated element, keys in lower case; undefined when they are not all pairs. */
function elementsOf(value: string): readonly ReadonlyMap<string, string>[] | undefined {
  const elements: Map<string, string>[] = [new Map()];
  let end = 0;
  for (const match of value.matchAll(ELEMENT)) {
    if (value[match.index] === ',') elements.push(new Map());
    const [whole, key = '', raw = ''] = match;
    const text = raw.startsWith('"') ? raw.slice(1, -1).replace(/\\(.)/g, '$1') : raw;
    elements.at(-1)?.set(key.toLowerCase(), text);
    end = match.index + whole.length;
  }
  return end === value.length && elements[0]?.size !== 0 ? elements : undefined;
}

/** DER of each certificate of a PEM text, URL-encoded or not; undefined when it is no such text. */
function ofPem(text: string): readonly Buffer[] | undefined {
  let pem = text;
  try {
    if (text.includes('%')) pem = decodeURIComponent(text);
  } catch {
    return undefined;
  }
  const ders = [...pem.matchAll(PEM)].map(([, body = '']) => Buffer.from(body, 'base64'));
  const rest = pem.replaceAll(PEM, '').trim();
  return rest === '' && ders.length > 0 ? ders : undefined;
}

function presented(ders: readonly Buffer[] | undefined): PresentedCertificate | 'unreadable' {
  const [leafDer, ...chainDer] = ders ?? [];
  if (leafDer === undefined || chainDer.length > MAX_CHAIN) return 'unreadable';
  return [leafDer, ...chainDer].every(isSequence) ? { leafDer, chainDer } : 'unreadable';
}

/** Whether it is one DER SEQUENCE that ends where it says, which is all that is looked at here. */
function isSequence(der: Buffer): boolean {
  const long = der[1] === 0x82 && der.length > 4;
  return der[0] === 0x30 && der.length <= MAX_DER_BYTES && long && der.readUInt16BE(2) === der.length - 4;
}
