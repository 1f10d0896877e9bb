// Watches the certificates of this process for gRPC, so that renewed ones are used without a restart.
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { experimental } from '@grpc/grpc-js';
import { every } from '../clock.js';
import { asFault, Fault } from '../fault.js';
import { logger } from '../log.js';
import type { TlsFiles } from '../peer-security.js';

const log = logger('certificates');
const REFRESH_MS = 30_000;

interface Contents {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

/**
 * Tells gRPC what is in the files, at first and whenever it changes. What does not fit together, as while a renewal is
 * being written, is passed over with a warning: the last good ones stay in use.
 */
export class CertificateFiles implements experimental.CertificateProvider {
  readonly #files: TlsFiles;
  readonly #forCa = new Set<experimental.CaCertificateUpdateListener>();
  readonly #forIdentity = new Set<experimental.IdentityCertificateUpdateListener>();
  #latest: Contents | undefined;
  #watching: AbortController | undefined;

  constructor(files: TlsFiles) {
    this.#files = files;
  }

  /** Reads the files. Fault `unavailable` when one cannot be read, `invalid` when they do not fit together. */
  async read(): Promise<void> {
    const { ca, cert, key } = this.#files;
    const text = (file: string | undefined) => (file === undefined ? undefined : readFile(file));
    let contents: Contents;
    try {
      const [caText, certText, keyText] = await Promise.all([text(ca), text(cert), text(key)]);
      contents = { ca: caText, cert: certText, key: keyText };
    } catch (error) {
      throw new Fault('unavailable', 'a certificate file cannot be read', { cause: error });
    }
    if (this.#latest !== undefined && isSame(this.#latest, contents)) return;
    try {
      createSecureContext(contents);
    } catch (error) {
      throw new Fault('invalid', 'the certificate files do not fit together', { cause: error });
    }
    if (this.#latest !== undefined) log.info({ files: [ca, cert] }, 'certificates were renewed');
    this.#latest = contents;
    for (const tell of this.#forCa) tell(caOf(contents));
    for (const tell of this.#forIdentity) tell(identityOf(contents));
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#forCa.add(listener);
    this.#tellSoon((contents) => listener(caOf(contents)));
    this.#watch();
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#forCa.delete(listener);
    this.#watch();
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#forIdentity.add(listener);
    this.#tellSoon((contents) => listener(identityOf(contents)));
    this.#watch();
  }

  removeIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#forIdentity.delete(listener);
    this.#watch();
  }

  /** After whoever is adding a listener is done: a gRPC server misses what it is told before. */
  #tellSoon(tell: (contents: Contents) => void): void {
    queueMicrotask(() => {
      if (this.#latest !== undefined) tell(this.#latest);
    });
  }

  /** Looks at the files for as long as somebody listens. */
  #watch(): void {
    const isWanted = this.#forCa.size + this.#forIdentity.size > 0;
    if (!isWanted) {
      this.#watching?.abort();
      this.#watching = undefined;
    } else if (this.#watching === undefined) {
      this.#watching = new AbortController();
      const look = (): Promise<void> =>
        this.read().catch((error: unknown) => {
          log.warn({ err: asFault(error) }, 'certificates could not be read anew');
        });
      void look();
      void every(this.#files.refreshMs ?? REFRESH_MS, look, this.#watching.signal);
    }
  }
}

function isSame(one: Contents, other: Contents): boolean {
  return (['ca', 'cert', 'key'] as const).every((part) => String(one[part]) === String(other[part]));
}

function caOf({ ca }: Contents): experimental.CaCertificateUpdate | null {
  return ca === undefined ? null : { caCertificate: ca };
}

function identityOf({ cert, key }: Contents): experimental.IdentityCertificateUpdate | null {
  return cert === undefined || key === undefined ? null : { certificate: cert, privateKey: key };
}
