// Checks what a configuration says about certificates and names between processes.
import { describe, expect, test } from 'vitest';
import { peerSecurityOf } from './peer-security.js';

const invalid = (values: Record<string, unknown>, message: RegExp): void =>
  expect(() => peerSecurityOf(values)).toThrow(message);

describe('peerSecurityOf', () => {
  test('is plain text and nobody without variables', () => {
    expect(peerSecurityOf({ NATS_TLS_CA_FILE: '' })).toEqual({
      grpc: undefined,
      nats: undefined,
      natsUser: undefined,
      natsPassword: undefined,
    });
  });

  test('takes a CA alone, or with a certificate and its key', () => {
    const values = {
      GRPC_TLS_CA_FILE: 'ca.crt',
      GRPC_TLS_CERT_FILE: 'tls.crt',
      GRPC_TLS_KEY_FILE: 'tls.key',
      GRPC_TLS_VERIFY_CLIENTS: false,
      NATS_TLS_CA_FILE: 'bus.crt',
      NATS_USER: 'edge',
      NATS_PASSWORD: 'p@ss',
    };
    expect(peerSecurityOf(values)).toEqual({
      grpc: { ca: 'ca.crt', cert: 'tls.crt', key: 'tls.key', verifyClients: false },
      nats: { ca: 'bus.crt', verifyClients: true },
      natsUser: 'edge',
      natsPassword: 'p@ss',
    });
  });

  test('refuses half of a pair, and a certificate with nobody to believe', () => {
    invalid({ GRPC_TLS_CA_FILE: 'ca.crt', GRPC_TLS_CERT_FILE: 'tls.crt' }, /GRPC_TLS_KEY_FILE go together/);
    invalid(
      { NATS_TLS_CA_FILE: 'ca.crt', NATS_TLS_KEY_FILE: 'tls.key' },
      /NATS_TLS_CERT_FILE and NATS_TLS_KEY_FILE/,
    );
    invalid({ NATS_TLS_CERT_FILE: 'tls.crt', NATS_TLS_KEY_FILE: 'tls.key' }, /NATS_TLS_CA_FILE is missing/);
  });
});
