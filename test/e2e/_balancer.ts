// Stands before several edges as a Service does: a new connection goes to the ready one that has the fewest.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { every } from '@mooring/runtime';

/** An edge as the balancer knows it. */
export interface Backend {
  readonly port: number;
  /** Where it says whether it is ready. */
  readonly readiness: string;
}

interface Known extends Backend {
  ready: boolean;
  open: number;
}

const PROBE_MS = 250;
const PROBE_LIMIT_MS = 2_000;

export class Balancer {
  /** When connections came, in milliseconds; whoever reads them may empty it. */
  readonly arrivals: number[] = [];
  readonly #server: Server;
  readonly #backends: readonly Known[];
  readonly #stop = new AbortController();
  readonly #probing: Promise<unknown>;

  private constructor(server: Server, backends: readonly Known[]) {
    this.#server = server;
    this.#backends = backends;
    this.#probing = every(PROBE_MS, () => this.#probe(), this.#stop.signal);
  }

  static async open(backends: readonly Backend[]): Promise<Balancer> {
    const known = backends.map((backend): Known => ({ ...backend, ready: true, open: 0 }));
    const arrived: { note(): void } = { note: () => undefined };
    const server = createServer({ noDelay: true }, (outside) => {
      arrived.note();
      const [to] = known.filter(({ ready }) => ready).sort((a, b) => a.open - b.open);
      if (to === undefined) return void outside.destroy();
      const inside = connect({ port: to.port, host: '127.0.0.1', noDelay: true });
      to.open += 1;
      outside.once('close', () => {
        to.open -= 1;
      });
      // One end's error is the other's end.
      outside.on('error', () => inside.destroy());
      inside.on('error', () => outside.destroy());
      outside.pipe(inside).pipe(outside);
    });
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(server, 'listening');
    const balancer = new Balancer(server, known);
    arrived.note = () => void balancer.arrivals.push(performance.now());
    return balancer;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections to each, in the order in which they were given. */
  get open(): readonly number[] {
    return this.#backends.map(({ open }) => open);
  }

  isReady(index: number): boolean {
    return this.#backends[index]?.ready === true;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#probing;
    this.#server.close();
  }

  async #probe(): Promise<void> {
    await Promise.all(
      this.#backends.map(async (backend) => {
        try {
          const answer = await fetch(backend.readiness, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
          backend.ready = answer.ok;
        } catch {
          // Nobody is there.
          backend.ready = false;
        }
      }),
    );
  }
}
