// How a Nerves device proves who it is, with a clock that may be wrong until the platform's refusal corrects it.
import { type SharedSecret, sharedSecretHeaders } from './shared-secret.js';

/** A client certificate with its key and the platform's authority, all PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export class Credentials {
  readonly certificate: ClientCertificate | undefined;
  readonly #secret: SharedSecret | undefined;
  readonly #identifier: string;
  readonly #clock: () => number;
  /** How far the platform's clock is ahead of the device's own. */
  #aheadMs = 0;
  #shouldSignAgain = false;

  constructor(identifier: string, auth: SharedSecret | ClientCertificate | undefined, clock: () => number) {
    this.#identifier = identifier;
    this.#clock = clock;
    this.#secret = auth !== undefined && 'secret' in auth ? auth : undefined;
    this.certificate = auth !== undefined && 'cert' in auth ? auth : undefined;
  }

  /** A certificate goes to one path, everything else to the other (nerveshub.md, 2.1). */
  get path(): string {
    return this.certificate === undefined ? '/device-socket/websocket' : '/socket/websocket';
  }

  headers(): Readonly<Record<string, string>> {
    if (this.#secret === undefined) return {};
    return sharedSecretHeaders(this.#identifier, this.#secret, this.#clock() + this.#aheadMs);
  }

  /** A device without a battery learns the time from the `Date` of a 401. */
  refused(status: number, date: string | undefined): void {
    const serverMs = Date.parse(date ?? '');
    if (status !== 401 || this.#secret === undefined || Number.isNaN(serverMs)) return;
    this.#shouldSignAgain = this.#aheadMs === 0;
    this.#aheadMs = Math.max(0, serverMs - this.#clock());
  }

  /** True once after a refusal that taught the device the time. */
  takeSignAgain(): boolean {
    const signAgain = this.#shouldSignAgain;
    this.#shouldSignAgain = false;
    return signAgain;
  }
}
