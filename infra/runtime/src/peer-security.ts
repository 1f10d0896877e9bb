// What this process shows to the others inside the platform and expects of them: told once, used by every connection.
import { Fault } from './fault.js';

/** PEM files, which are read again when they change. */
export interface TlsFiles {
  /** Whose certificates are believed. */
  readonly ca?: string;
  /** What this process shows, and the key to it: both or neither. */
  readonly cert?: string;
  readonly key?: string;
  /** Whether a server turns away who shows no certificate of the CA; true when absent. */
  readonly verifyClients?: boolean;
  /** How often the files are looked at, in milliseconds; 30 000 when absent. */
  readonly refreshMs?: number;
}

export interface PeerSecurity {
  /** Undefined for plain text. */
  readonly grpc: TlsFiles | undefined;
  readonly nats: TlsFiles | undefined;
  readonly natsUser: string | undefined;
  readonly natsPassword: string | undefined;
}

/** What the shared variables of a configuration say. Fault `invalid` for a certificate without its key. */
export function peerSecurityOf(values: Readonly<Record<string, unknown>>): PeerSecurity {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const files = (prefix: string, verifyClients: boolean): TlsFiles | undefined => {
    const [ca, cert, key] = ['CA', 'CERT', 'KEY'].map((part) => text(`${prefix}_TLS_${part}_FILE`));
    if ((cert === undefined) !== (key === undefined)) {
      throw new Fault(
        'invalid',
        `${prefix}_TLS_CERT_FILE and ${prefix}_TLS_KEY_FILE go together: one of them is missing`,
      );
    }
    if (ca === undefined && cert === undefined) return undefined;
    if (ca === undefined)
      throw new Fault('invalid', `${prefix}_TLS_CA_FILE is missing: nobody would be believed`);
    return { ca, ...(cert === undefined || key === undefined ? {} : { cert, key }), verifyClients };
  };
  return {
    grpc: files('GRPC', values['GRPC_TLS_VERIFY_CLIENTS'] !== false),
    nats: files('NATS', true),
    natsUser: text('NATS_USER'),
    natsPassword: text('NATS_PASSWORD'),
  };
}

let own: PeerSecurity = { grpc: undefined, nats: undefined, natsUser: undefined, natsPassword: undefined };

/** Holds for every connection that is made from now on. Faults as `peerSecurityOf`. */
export function setPeerSecurity(values: Readonly<Record<string, unknown>>): void {
  own = peerSecurityOf(values);
}

export function peerSecurity(): PeerSecurity {
  return own;
}
