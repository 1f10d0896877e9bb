// Devices as their edge sees them: joined, offered updates, going through with them or not, each as a test wants.
import { edge, type bus as messages, uplink } from '@mooring/proto';
import { type Bus, connectBus, uuidv7 } from '@mooring/runtime';
import type { RegistryPeer } from './_registry.js';

const NODE = 'edge-1';

/** What a device does with an offer; by default it takes it and comes back with it. */
export type Manner = (device: TestDevice, offer: messages.UpdateOffer) => Promise<void>;

type Said = Partial<messages.UpdateRecord> & { readonly status: string };

export const good: Manner = async (device, offer) => {
  await device.report({ status: 'received' }, { status: 'updating', progress: 50 }, { status: 'completed' });
  await device.reboot(offer.firmware?.uuid ?? '', offer.firmware?.version);
};
export const failing: Manner = (device) =>
  device.report({ status: 'received' }, { status: 'failed', reason: 'no room' });
export const stuck: Manner = (device) => device.report({ status: 'received' });
export const deaf: Manner = () => Promise.resolve();

export class TestDevice {
  readonly id = uuidv7();
  readonly number: bigint;
  readonly #fleet: Fleet;
  epoch = 0n;
  #sequence = 0;
  joined = false;
  uuid: string;
  version: string;
  manner: Manner;
  /** Whether it is at an update, by its own account. */
  busy = false;
  readonly offers: messages.UpdateOffer[] = [];
  readonly told: NonNullable<messages.FirmwarePush['content']>[] = [];

  constructor(fleet: Fleet, number: bigint, uuid: string, manner: Manner) {
    this.#fleet = fleet;
    this.number = number;
    this.uuid = uuid;
    this.version = '0.0.1';
    this.manner = manner;
  }

  /** Connects anew and joins. */
  async join(said: Partial<messages.UpdateJoined> = {}): Promise<void> {
    this.epoch += 1n;
    this.#sequence = 0;
    const place = { node: NODE, connectionId: `${this.id}-${this.epoch}`, epoch: this.epoch };
    this.#fleet.registry.places.set(this.id, { ...place, deviceNumber: this.number });
    await this.rejoin(said);
  }

  /** Joins its channel once more on the same connection. */
  async rejoin(said: Partial<messages.UpdateJoined> = {}): Promise<void> {
    this.joined = true;
    const joined = {
      ...{ uuid: this.uuid, product: 'made', platform: 'rpi4', architecture: 'arm', version: this.version },
      ...{ reverted: false, downloadingUuid: '', apiVersion: '2.3.0', fwupVersion: '1.10.1' },
      ...{ wantsFirmwareKeys: false, wantsArchiveKeys: false, ...said },
    };
    await this.report({ status: 'joined', joined });
  }

  report(...steps: readonly Said[]): Promise<void> {
    return this.#fleet.report(this, steps);
  }

  nextSequence(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  leave(): void {
    this.joined = false;
    this.#fleet.registry.places.delete(this.id);
  }

  /** Comes back with that firmware. */
  async reboot(uuid: string, version = this.version): Promise<void> {
    this.leave();
    this.busy = false;
    this.uuid = uuid;
    this.version = version;
    this.#fleet.working.delete(this.id);
    await this.join();
  }

  async take(offer: messages.UpdateOffer): Promise<void> {
    this.offers.push(offer);
    this.#fleet.began(this);
    const before = this.epoch;
    await this.manner(this, offer);
    if (this.epoch === before && this.manner === failing) this.#fleet.working.delete(this.id);
  }
}

/** An edge with devices. */
export class Fleet {
  readonly registry: RegistryPeer;
  readonly devices: TestDevice[] = [];
  readonly organization: string;
  /** Devices at an update, and the most that there were. */
  readonly working = new Set<string>();
  mostWorking = 0;
  /** How deliveries are answered when a test wants it otherwise. */
  answer: ((device: TestDevice) => messages.DeliveryReply | undefined) | undefined;
  readonly #bus: Bus;
  #batches = 0;
  readonly #boot = uuidv7();

  private constructor(bus: Bus, registry: RegistryPeer, organization: string) {
    this.#bus = bus;
    this.registry = registry;
    this.organization = organization;
    bus.respond(edge.deliver, { node: NODE }, (delivery) => this.#deliver(delivery));
  }

  static async start(natsUrl: string, registry: RegistryPeer, organization: string): Promise<Fleet> {
    const bus = await connectBus({ url: natsUrl, name: NODE });
    const fleet = new Fleet(bus, registry, organization);
    await bus.flush();
    return fleet;
  }

  get bus(): Bus {
    return this.#bus;
  }

  device(uuid: string, manner: Manner = good): TestDevice {
    const device = new TestDevice(this, BigInt(this.devices.length + 1), uuid, manner);
    this.devices.push(device);
    return device;
  }

  /** So many devices that have joined. */
  async joined(count: number, uuid: string, manner: Manner = good): Promise<TestDevice[]> {
    const made = Array.from({ length: count }, () => this.device(uuid, manner));
    for (const device of made) await device.join();
    return made;
  }

  began(device: TestDevice): void {
    this.working.add(device.id);
    this.mostWorking = Math.max(this.mostWorking, this.working.size);
  }

  async report(device: TestDevice, steps: readonly Said[]): Promise<void> {
    this.#batches += 1;
    const { epoch, number: deviceNumber, id: deviceId } = device;
    const batch: messages.UpdateBatch = {
      organizations: [{ id: this.organization, timeZone: 'UTC' }],
      sources: [{ deviceNumber, deviceId, organization: 0, epoch, dialect: 'nerveshub' }],
      records: steps.map((step) => ({
        ...{ source: 0, sequence: device.nextSequence(), timeMs: Date.now(), reason: '' },
        ...step,
      })),
    };
    const id = `${this.#boot}-${this.#batches}`;
    await this.#bus.persist(uplink.update, { node: NODE }, batch, { id });
  }

  close(): Promise<void> {
    return this.#bus.close();
  }

  #deliver({ deviceNumber, epoch, connectionId, content }: messages.Delivery): messages.DeliveryReply {
    const device = this.devices.find(({ number }) => number === deviceNumber);
    if (device === undefined || device.epoch !== epoch || connectionId !== `${device.id}-${epoch}`) {
      return { delivered: false };
    }
    const other = this.answer?.(device);
    if (other !== undefined) return other;
    if (!device.joined) return { delivered: true, joined: false };
    const pushed = content?.$case === 'firmwarePush' ? content.value.content : undefined;
    if (pushed?.$case === 'update') void device.take(pushed.value);
    else if (pushed !== undefined) device.told.push(pushed);
    return { delivered: true, joined: true };
  }
}
