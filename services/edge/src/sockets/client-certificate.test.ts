// The three forms in which fronts pass certificates on, and everything else, which is none.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clientCertificate } from './client-certificate.js';

const file = new URL('../../../../test/vectors/nerveshub.json', import.meta.url);
const { certificates } = JSON.parse(readFileSync(file, 'utf8')) as {
  certificates: Record<string, string | { pem: string }>;
};
const pems = Object.values(certificates).map((each) => (typeof each === 'string' ? each : each.pem));
const [leaf = '', issuer = ''] = pems;
const der = (pem: string) => new X509Certificate(pem).raw;
const escaped = (text: string) => encodeURIComponent(text);

function read(value: string) {
  const found = clientCertificate(value);
  if (found === undefined || found === 'unreadable') throw new Error(`${found}`);
  return { leaf: Buffer.from(found.leafDer), chain: found.chainDer.map((each) => Buffer.from(each)) };
}

describe('clientCertificate', () => {
  it('reads every certificate of the vectors in every form', () => {
    expect(pems.length).toBeGreaterThan(3);
    for (const pem of pems) {
      const raw = der(pem);
      for (const value of [
        escaped(pem),
        escaped(pem.trim()),
        // nginx leaves some characters as they are that encodeURIComponent would not.
        escaped(pem).replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%3D', '='),
        raw.toString('base64'),
        `Hash=ab;Cert="${escaped(pem)}";Subject="CN=device-1234,O=\\"x;y\\"";URI=`,
        `By=spiffe://a/b;Hash=1;Cert="${escaped(issuer)}",By=spiffe://c/d;Hash=2;Cert="${escaped(pem)}"`,
      ]) {
        expect(read(value)).toEqual({ leaf: raw, chain: [] });
      }
    }
  });

  it('keeps the chain in its order, without the leaf', () => {
    const both = escaped(`${leaf.trim()}\n${issuer.trim()}\n`);
    const expected = { leaf: der(leaf), chain: [der(issuer)] };
    expect(read(both)).toEqual(expected);
    expect(read(`Hash=1;Chain="${both}"`)).toEqual(expected);
    expect(read(`Hash=1;Cert="${escaped(leaf)}";Chain="${both}"`)).toEqual(expected);
  });

  it('takes the last element of Envoy, also when that has no certificate', () => {
    expect(clientCertificate(`Hash=1;Cert="${escaped(leaf)}",Hash=2;Subject=""`)).toBe('unreadable');
  });

  it('is none where the front says so', () => {
    expect(clientCertificate('')).toBeUndefined();
  });

  it.each([
    ['text', 'CN=device-1234'.repeat(2)],
    ['nothing but commas', ',,,'],
    ['base64 of no certificate', Buffer.from('hello').toString('base64')],
    ['a certificate that is cut', der(leaf).subarray(0, 100).toString('base64')],
    ['a certificate with something behind it', Buffer.concat([der(leaf), Buffer.of(0)]).toString('base64')],
    ['an escape that is none', `${escaped(leaf)}%zz`],
    ['PEM with something behind it', escaped(`${leaf}x`)],
    ['PEM of a key', escaped(leaf.replaceAll('CERTIFICATE', 'PRIVATE KEY'))],
    ['too many certificates', escaped(leaf.repeat(10))],
    ['too much', 'A'.repeat(40_000)],
    ['a quote that never ends', `Hash=1;Cert="${escaped(leaf)}`],
  ])('cannot make out %s', (_, value) => {
    expect(clientCertificate(value)).toBe('unreadable');
  });

  it('is total and quick for whatever a header may hold', () => {
    const pieces = ['Cert=', '"', ';', ',', '%2', 'By', '=', '\\', '-----BEGIN CERTIFICATE-----', 'A', ' '];
    let seed = 1;
    const next = () => (seed = (seed * 48_271) % 2_147_483_647);
    for (let round = 0; round < 2_000; round++) {
      const value = Array.from({ length: next() % 40 }, () => pieces[next() % pieces.length]).join('');
      expect(() => clientCertificate(value)).not.toThrow();
    }
    const hostile = `Cert="${'\\"'.repeat(15_000)}`;
    const startMs = performance.now();
    expect(clientCertificate(hostile)).toBe('unreadable');
    expect(performance.now() - startMs).toBeLessThan(500);
  });
});
