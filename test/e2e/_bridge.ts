// A Little Printer bridge as its makers' emulator plays it: no subprotocol, asks for its key, answers what it is asked.
import { eventually } from '@mooring/harness';
import { Peer } from './_peer.js';

/** What arrives for the printer. */
export interface DeviceCommand {
  readonly command_id: number;
  readonly device_address: string;
  readonly binary_payload: string;
}

interface BridgeCommand {
  readonly command_id: number;
  readonly json_payload: { readonly name: string; readonly params: Readonly<Record<string, string>> };
}

export class Bridge {
  readonly peer: Peer;
  readonly #address: string;
  readonly #printer: string;

  private constructor(peer: Peer, address: string, printer: string) {
    this.peer = peer;
    this.#address = address;
    this.#printer = printer;
  }

  /** Connects and says what a bridge says first; `uptime` is that of its process. */
  static async connect(
    edge: string,
    address: string,
    printer: string,
    uptime = '89.52 68.99',
  ): Promise<Bridge> {
    const bridge = new Bridge(await Peer.open(`${edge}/api/v1/connection`), address, printer);
    bridge.#event({ name: 'power_on', uptime, model: 'A', firmware_version: 'v2.3.1', network_info: {} });
    return bridge;
  }

  askForKey(): void {
    this.#event({ name: 'encryption_key_required', device_address: this.#printer });
  }

  /** The printer joins: it says that it started, and beats. */
  join(): void {
    this.#event({ name: 'device_connect', device_address: this.#printer });
    this.#deviceEvent('AQAAAAAABAAAABQAAAA=');
  }

  /** Paper came out. */
  didPrint(id: number): void {
    const payload = Buffer.alloc(15);
    payload.writeUInt16LE(2, 0);
    payload.writeUInt32LE(5, 6);
    payload.writeUInt8(1, 10);
    payload.writeUInt32LE(id, 11);
    this.#deviceEvent(payload.toString('base64'));
  }

  answer(command: { readonly command_id: number }, returnCode: number): void {
    this.#send({
      type: 'DeviceCommandResponse',
      device_address: this.#printer,
      command_id: command.command_id,
      return_code: returnCode,
      transfer_time: 3.44,
      rssi_stats: [-19, -19, -19],
    });
  }

  answerBridge(command: BridgeCommand): void {
    this.#send({ type: 'BridgeCommandResponse', command_id: command.command_id, return_code: 0 });
  }

  /** The commands that came for the printer, oldest first. */
  get deviceCommands(): readonly DeviceCommand[] {
    return this.#received('DeviceCommand') as unknown as DeviceCommand[];
  }

  get keys(): readonly BridgeCommand[] {
    const commands = this.#received('BridgeCommand') as unknown as BridgeCommand[];
    return commands.filter(({ json_payload: { name } }) => name === 'add_device_encryption_key');
  }

  nextDeviceCommand(after = 0): Promise<DeviceCommand> {
    return eventually(() => this.deviceCommands[after], { what: 'a device command', withinMs: 20_000 });
  }

  nextKey(after = 0): Promise<BridgeCommand> {
    return eventually(() => this.keys[after], { what: 'a link key', withinMs: 20_000 });
  }

  end(): void {
    this.peer.end();
  }

  #received(type: string): readonly Record<string, unknown>[] {
    return this.peer.received.map((text) => JSON.parse(text)).filter((message) => message.type === type);
  }

  #event(json_payload: object): void {
    this.#send({ type: 'BridgeEvent', json_payload });
  }

  #deviceEvent(binary_payload: string): void {
    this.#send({
      type: 'DeviceEvent',
      device_address: this.#printer,
      binary_payload,
      rssi_stats: [-19, -19, -19],
    });
  }

  // Indented, as the emulator sends it: the edge must not mind.
  #send(message: object): void {
    const whole = { bridge_address: this.#address, timestamp: 1346500898.05, ...message };
    this.peer.send(`${JSON.stringify(whole, undefined, 2)}\n`);
  }
}
