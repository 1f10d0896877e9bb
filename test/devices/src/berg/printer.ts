// The printer behind a bridge: asks for its key, joins, and then says every ten seconds that it is there.
import type { JsonObject } from '../json.js';
import { didPowerOnEvent, didPrintEvent, heartbeatEvent, type ParsedCommand, PrintType } from './binary.js';
import { bridgeEvent } from './messages.js';

/** Papers to keep for inspection. */
const MAX_KEPT = 50;

export interface PrinterSurroundings {
  readonly address: string;
  /** Whether the bridge holds a key for this printer. */
  hasKey(): boolean;
  say(message: JsonObject): void;
  changed(): void;
}

export class Printer {
  readonly address: string;
  /** Whether it is on the bridge's network. */
  isJoined = false;
  /** The newest that came out on paper, oldest first. */
  readonly printed: ParsedCommand[] = [];
  readonly #around: PrinterSurroundings;
  #stored: ParsedCommand | undefined;
  #isPluggedIn = true;
  #joinedAtMs = Date.now();
  /** The bridge has told the platform, on this socket, that the printer is there. */
  #isAnnounced = false;

  constructor(around: PrinterSurroundings) {
    this.address = around.address;
    this.#around = around;
  }

  /** The bridge forgets its list of devices with its socket; each is announced again after its next event. */
  onNewSocket(): void {
    this.#isAnnounced = false;
  }

  /** The printer's try to join, about every 30 s while it is not on the network. */
  attempt(): void {
    if (this.isJoined || !this.#isPluggedIn) return;
    if (!this.#around.hasKey()) {
      this.#around.say(bridgeEvent('encryption_key_required', { device_address: this.address }));
      return;
    }
    this.isJoined = true;
    this.#joinedAtMs = Date.now();
    this.#event(didPowerOnEvent());
    this.#around.changed();
  }

  heartbeat(): void {
    if (!this.isJoined || !this.#isPluggedIn) return;
    this.#event(heartbeatEvent(Math.floor((Date.now() - this.#joinedAtMs) / 1_000)));
  }

  /** Keeps what is printed when the button is pressed; the newest replaces the one before. */
  store(delivery: ParsedCommand): void {
    this.#stored = delivery;
  }

  /** Paper comes out, and the printer says so. */
  print(delivery: ParsedCommand): void {
    this.printed.push(delivery);
    if (this.printed.length > MAX_KEPT) this.printed.shift();
    this.#event(didPrintEvent(delivery.fileId));
    this.#around.changed();
  }

  /** Prints what is stored, once; else a note that there is nothing. */
  pressButton(): void {
    const stored = this.#stored;
    this.#stored = undefined;
    if (stored !== undefined) this.print(stored);
    else this.#event(didPrintEvent(0, PrintType.nothingToPrint));
  }

  /** Its key is gone, so it has to ask for it again. */
  leave(): void {
    this.isJoined = false;
  }

  unplug(): void {
    if (!this.#isPluggedIn) return;
    this.#isPluggedIn = false;
    if (this.#isAnnounced) {
      this.#around.say(bridgeEvent('device_disconnect', { device_address: this.address }));
    }
    this.#isAnnounced = false;
    this.isJoined = false;
  }

  plugIn(): void {
    this.#isPluggedIn = true;
    this.attempt();
  }

  /** The event first, then device_connect if the bridge has not said it on this socket (berg.md, 4.1). */
  #event(binaryPayload: string): void {
    this.#around.say({
      type: 'DeviceEvent',
      device_address: this.address,
      binary_payload: binaryPayload,
      rssi_stats: [-31, -32, -30],
    });
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#around.say(bridgeEvent('device_connect', { device_address: this.address }));
  }
}
