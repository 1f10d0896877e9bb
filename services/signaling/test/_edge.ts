// An edge as signaling knows it: takes what is delivered to its connections, holds a lease, reports steps.
import { edge, edgeLease, type bus as messages, uplink, watching } from '@mooring/proto';
import { type Bus, connectBus, type Lease, uuidv7 } from '@mooring/runtime';

export interface Heard {
  readonly connectionId: string;
  readonly content: messages.Delivery['content'];
  readonly delivery: messages.Delivery;
  /** Count over all edges of a test, in the order of arrival. */
  readonly order: number;
}

let order = 0;

/** The next number in the order in which things happen in a test. */
export function nextInOrder(): number {
  order += 1;
  return order;
}

export class TestEdge {
  readonly node: string;
  readonly boot = uuidv7();
  readonly bus: Bus;
  readonly heard: Heard[] = [];
  /** Decides on a delivery; what is thrown fails it. */
  answer: (delivery: messages.Delivery) => messages.DeliveryReply | Promise<messages.DeliveryReply> = () => ({
    delivered: true,
    resumes: false,
  });
  readonly #lease: Lease;
  #batches = 0;

  private constructor(node: string, bus: Bus, lease: Lease) {
    this.node = node;
    this.bus = bus;
    this.#lease = lease;
  }

  static async start(url: string, node: string): Promise<TestEdge> {
    const bus = await connectBus({ url, name: node });
    const lease = await bus.lease(edgeLease.bucket, edgeLease.ttlMs);
    const started = new TestEdge(node, bus, lease);
    await started.renew();
    bus.respond(edge.deliver, { node }, (delivery) => {
      const { connectionId, content } = delivery;
      started.heard.push({ connectionId, content, delivery, order: nextInOrder() });
      return started.answer(delivery);
    });
    await bus.flush();
    return started;
  }

  renew(): Promise<void> {
    return this.#lease.put(this.node, this.boot);
  }

  /** A viewer's connection at this edge. */
  viewer(more: Partial<messages.WatchEnd> = {}): messages.WatchEnd {
    return {
      ...{ node: this.node, boot: this.boot, connectionId: uuidv7() },
      ...{ deviceNumber: 0n, epoch: 0n, resumes: false },
      ...more,
    };
  }

  watch(request: messages.WatchRequest): Promise<messages.WatchReply> {
    return this.bus.request(watching.watch, {}, request, 10_000);
  }

  resume(request: messages.WatchResumeRequest): Promise<messages.WatchResumeReply> {
    return this.bus.request(watching.resume, {}, request, 5_000);
  }

  /** Says how far a session is, in one batch. */
  async report(...steps: readonly (Partial<messages.WatchStep> & Pick<messages.WatchStep, 'sessionId'>)[]) {
    this.#batches += 1;
    const header = { node: this.node, boot: this.boot, sequence: BigInt(this.#batches), traceparents: [] };
    const batch = {
      header,
      steps: steps.map((step) => ({ connectionId: '', timeMs: Date.now(), step: undefined, ...step })),
    };
    const id = `${this.boot}.${this.#batches}`;
    await this.bus.persist(uplink.watch, { node: this.node }, batch, { id });
  }

  /** What a connection was told of a session, by kind. */
  told(connectionId: string, sessionId: string): string[] {
    return this.heard
      .filter((each) => each.connectionId === connectionId && sessionOf(each.content) === sessionId)
      .map(({ content }) => kindOf(content));
  }
}

function sessionOf(content: messages.Delivery['content']): string {
  const isWatch = content?.$case === 'watchStart' || content?.$case === 'watchSignal';
  return isWatch ? content.value.sessionId : '';
}

/** `start`, `ended timeout`, `away`, `back`. */
function kindOf(content: messages.Delivery['content']): string {
  if (content?.$case !== 'watchSignal') return content?.$case === 'watchStart' ? 'start' : 'other';
  const { signal } = content.value;
  return signal?.$case === 'ended' ? `ended ${signal.value.reason}` : (signal?.$case ?? 'nothing');
}
