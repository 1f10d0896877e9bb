// A BERG bridge with one printer, as the real one behaves on its socket.
import type { JsonObject } from '../json.js';
import { isObject, parseObject } from '../json.js';
import { type DeviceOptions, type Link, link, type Socket } from '../link.js';
import { Observations } from '../observations.js';
import type { ParsedCommand } from './binary.js';
import { CommandQueue, type OutcomeOf } from './command-queue.js';
import { bridgeLog, envelope, powerOn } from './messages.js';
import { Printer } from './printer.js';

/** `identifier` is the bridge address: 16 hex digits. */
export interface BergBridgeOptions extends DeviceOptions {
  /** The printer's address: 16 hex digits. */
  readonly printer: string;
  /** The bridge holds the printer's key from the start and never loses it, so that the printer joins unclaimed. */
  readonly hasKey?: boolean;
  readonly powerOnMs?: number;
  readonly beepMs?: number;
  readonly heartbeatMs?: number;
  /** Time between the printer's attempts to join. */
  readonly joinMs?: number;
  /** Time that a command takes to reach the printer, and then to be printed. */
  readonly transferMs?: number;
  readonly printMs?: number;
  readonly retryMs?: number;
  /** How commands to the printer turn out; as they should unless told. Those for a stranger never get that far. */
  readonly outcome?: OutcomeOf;
}

export interface BergBridge {
  readonly identifier: string;
  readonly seen: Observations<JsonObject>;
  readonly link: Link;
  /** Whether the printer is on the bridge's network. */
  isJoined(): boolean;
  /** Keys that were given to the bridge, base64, by device address. */
  readonly keys: ReadonlyMap<string, string>;
  /** What came out on paper, oldest first. */
  readonly printed: readonly ParsedCommand[];
  /** Somebody presses the printer's button. */
  pressButton(): void;
  /** The bridge's process starts anew, with another uptime: it forgets keys and commands, and its socket is cut. */
  restart(): void;
  /** The socket is cut; the process, with its uptime and its commands, goes on. */
  cut(): void;
  /** The printer goes out of reach: its events stop, and the bridge says so. */
  unplugPrinter(): void;
  plugInPrinter(): void;
  close(): Promise<void>;
}

/** Attempts in a row that may fail before the bridge reboots itself. */
const MAX_FAILURES = 20;

/**
 * Connects to `/api/v1/connection`. A real bridge is told nothing on success, so `seen.ready` means that its power_on
 * is out; `seen.acks` counts the commands it was given.
 */
export function bergBridge(options: BergBridgeOptions): BergBridge {
  const seen = new Observations<JsonObject>(options.keep ?? 200);
  const keys = new Map<string, string>();
  const { host, hostname } = new URL(options.url);
  const address = options.identifier;
  let boots = 1;
  let failedAt: number[] = [];
  /** What was finished while there was no socket goes out on the next one. */
  const unsent: JsonObject[] = [];

  const say = (message: JsonObject): void => {
    const { socket } = connection;
    if (socket !== undefined && seen.ready) socket.send(JSON.stringify(envelope(address, message)));
    else if (message['type'] !== 'DeviceEvent' && unsent.length < 10) unsent.push(message);
  };
  const printer = new Printer({
    address: options.printer,
    hasKey: () => options.hasKey === true || keys.has(options.printer),
    say,
    changed: () => seen.changed(),
  });
  const queue = new CommandQueue({
    transferMs: options.transferMs ?? 3_430,
    printMs: options.printMs ?? 2_000,
    printer,
    keys,
    outcome: options.outcome,
    say,
    restart: () => restart(),
  });

  const restart = (): void => {
    boots += 1;
    keys.clear();
    queue.clear();
    unsent.length = 0;
    printer.leave();
    seen.changed();
    connection.socket?.drop();
  };

  const start = (socket: Socket): void => {
    seen.ready = true;
    // The firmware keeps one message across a broken socket and sends it before power_on (berg.md, 4.1).
    const early = unsent.shift();
    if (early !== undefined) say(early);
    say(powerOn(address, boots));
    if (failedAt.length > 0) say(bridgeLog(failedAt));
    failedAt = [];
    for (const message of unsent.splice(0)) say(message);
    printer.onNewSocket();
    socket.every(options.heartbeatMs ?? 10_000, () => printer.heartbeat());
    printer.attempt();
    socket.every(options.joinMs ?? 30_000, () => printer.attempt());
    seen.changed();
  };

  const connection: Link = link(
    {
      url: `${options.url}/api/v1/connection`,
      protocols: ['bergcloud-bridge-v1'],
      // The bridge resolves names itself and dials the address, so its Host has neither a name nor a port.
      headers: () => ({ host: hostname }),
      origin: `ws://${host}/api/v1/connection`,
      open: (socket) => {
        socket.every(options.beepMs ?? 5_000, () => socket.pong('beep'));
        socket.after(options.powerOnMs ?? 150, () => start(socket));
      },
      message: (text) => {
        const message = parseObject(text);
        if (message['type'] === 'DeviceCommand' || message['type'] === 'BridgeCommand') {
          seen.acks += 1;
          if (!isUsable(message)) seen.violations.push(`a ${message['type']} that the bridge cannot answer`);
          else queue.take(message, connection.signal);
        }
        seen.take(message);
      },
      retryMs: (failures) => {
        if (failures > 0) failedAt.push(Date.now());
        if (failures > 0 && failures % (MAX_FAILURES + 1) === 0) restart();
        return options.retryMs ?? 5_140;
      },
    },
    seen,
    options,
  );

  return {
    identifier: address,
    seen,
    link: connection,
    keys,
    printed: printer.printed,
    isJoined: () => printer.isJoined,
    pressButton: () => printer.pressButton(),
    restart,
    cut: () => connection.socket?.drop(),
    unplugPrinter: () => printer.unplug(),
    plugInPrinter: () => printer.plugIn(),
    close: connection.close,
  };
}

/** What the firmware needs of a command; without it, it logs an exception and answers nothing (berg.md, 3.2). */
function isUsable(message: JsonObject): boolean {
  if (typeof message['command_id'] !== 'number') return false;
  if (message['type'] === 'DeviceCommand') {
    return typeof message['device_address'] === 'string' && typeof message['binary_payload'] === 'string';
  }
  const payload = message['json_payload'];
  const isAddressed = /^[0-9a-f]{16}$/i.test(String(message['bridge_address']));
  return (
    isAddressed && isObject(payload) && typeof payload['name'] === 'string' && isObject(payload['params'])
  );
}
