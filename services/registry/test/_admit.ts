// The edge's side of the admission stream: asks, and matches answers by correlation.
import { randomUUID } from 'node:crypto';
import { registry } from '@mooring/proto';

interface Duplex {
  write(request: registry.AdmitRequest): boolean;
  on(event: 'data', listener: (answer: registry.AdmitResponse) => void): unknown;
  on(event: 'error' | 'end', listener: (error?: Error) => void): unknown;
  cancel(): void;
}

/** What a test says of a device; the rest is made up. */
export type Ask = Partial<registry.AdmitRequest> & { readonly identifier: string };

export class AdmitClient {
  readonly #stream: Duplex;
  readonly #waiting = new Map<bigint, (answer: registry.AdmitResponse) => void>();
  #correlation = 0n;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (answer) => {
      this.#waiting.get(answer.correlation)?.(answer);
      this.#waiting.delete(answer.correlation);
    });
    this.ended = new Promise((resolve) => {
      stream.on('error', () => resolve());
      stream.on('end', () => resolve());
    });
  }

  /** The answer to one request. */
  ask(ask: Ask): Promise<registry.AdmitResponse> {
    const correlation = ++this.#correlation;
    return new Promise((resolve) => {
      this.#waiting.set(correlation, resolve);
      this.#stream.write(registry.AdmitRequest.fromPartial({ ...ordinary(), ...ask, correlation }));
    });
  }

  /** Like `ask`, for whoever must be let in. */
  async admitted(ask: Ask): Promise<registry.Admitted> {
    const { outcome } = await this.ask(ask);
    if (outcome?.$case === 'admitted') return outcome.value;
    throw new Error(`refused: ${outcome?.value.code} ${outcome?.value.message}`);
  }

  /** Like `ask`, for the code of a refusal; `admitted` when there is none. */
  async refusal(ask: Ask): Promise<string> {
    const { outcome } = await this.ask(ask);
    return outcome?.$case === 'refused' ? outcome.value.code : 'admitted';
  }

  close(): void {
    this.#stream.cancel();
  }
}

function ordinary() {
  return {
    dialect: 'camera',
    deviceKind: 'camera',
    policy: 'open',
    node: 'edge-1',
    boot: 'boot-1',
    connectionId: randomUUID(),
    remoteAddress: '192.0.2.1',
  };
}
