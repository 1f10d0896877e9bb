// The bridge's one queue for commands to itself and to its printer: executed one at a time, at most ten waiting.
import { sleep } from '@mooring/runtime';
import { isObject, type Json, type JsonObject } from '../json.js';
import { type ParsedCommand, parseCommand, printsAtOnce, printsOnButton } from './binary.js';
import type { Printer } from './printer.js';

const MAX_WAITING = 10;
/** Return codes of berg.md, 3.3 and 3.7. */
const SUCCESS = 0x00;
const NOT_FOUND = 0x01;
const UNKNOWN_COMMAND = 0x01;
const INVALID_SIZE = 0x80;
const INVALID_ID = 0x90;
const QUEUE_FULL = 0xe0;
const BRIDGE_ERROR = 0xff;
const RESTART_MS = 1_000;

/** How one command to the printer turns out, other than as it should. */
export interface Outcome {
  /** Answered instead of 0; nothing is printed then. */
  readonly returnCode?: number;
  /** Added to the time of the transfer. */
  readonly delayMs?: number;
  /** The answer is lost, whatever it is. */
  readonly loseAnswer?: boolean;
  /** Paper comes out although the answer says that it does not. */
  readonly printsAnyway?: boolean;
}

/** What becomes of a command with this number, counted from 1 as they come. */
export type OutcomeOf = (commandId: number, count: number) => Outcome | undefined;

export interface QueueSurroundings {
  readonly transferMs: number;
  readonly printMs: number;
  readonly printer: Printer;
  readonly keys: Map<string, string>;
  readonly outcome?: OutcomeOf | undefined;
  say(message: JsonObject): void;
  restart(): void;
}

export class CommandQueue {
  readonly #around: QueueSurroundings;
  #waiting: JsonObject[] = [];
  #isBusy = false;
  #count = 0;
  /** Counts the bridge's processes: what one was at is lost with it. */
  #process = 0;

  constructor(around: QueueSurroundings) {
    this.#around = around;
  }

  /** Commands live in the bridge's process and outlast its socket; `signal` is the end of the device. */
  take(command: JsonObject, signal: AbortSignal): void {
    if (this.#waiting.length >= MAX_WAITING) {
      // A bridge command is lost without an answer (berg.md, 4.2).
      if (command['type'] === 'DeviceCommand') this.#respond(command, QUEUE_FULL, 0);
      return;
    }
    this.#waiting.push(command);
    if (!this.#isBusy) void this.#work(signal);
  }

  clear(): void {
    this.#waiting = [];
    this.#process += 1;
  }

  async #work(signal: AbortSignal): Promise<void> {
    this.#isBusy = true;
    for (let command = this.#waiting.shift(); command !== undefined; command = this.#waiting.shift()) {
      if (command['type'] === 'DeviceCommand') await this.#deviceCommand(command, signal);
      else await this.#bridgeCommand(command, signal);
      if (signal.aborted) break;
    }
    this.#isBusy = false;
  }

  async #deviceCommand(command: JsonObject, signal: AbortSignal): Promise<void> {
    const { printer, transferMs, printMs, outcome } = this.#around;
    if (command['device_address'] !== printer.address || !printer.isJoined) {
      return this.#respond(command, NOT_FOUND, 0);
    }
    this.#count += 1;
    const process = this.#process;
    const wanted = outcome?.(Number(command['command_id']), this.#count) ?? {};
    const tookMs = transferMs + (wanted.delayMs ?? 0);
    await sleep(tookMs, signal);
    if (process !== this.#process) return;
    const parsed = parseCommand(String(command['binary_payload']));
    const returnCode = wanted.returnCode ?? codeFor(parsed);
    if (wanted.loseAnswer !== true) this.#respond(command, returnCode, tookMs);
    if (parsed === undefined || (returnCode !== SUCCESS && wanted.printsAnyway !== true)) return;
    if (printsOnButton(parsed.code)) printer.store(parsed);
    if (!printsAtOnce(parsed.code)) return;
    await sleep(printMs, signal);
    printer.print(parsed);
  }

  #respond(command: JsonObject, returnCode: number, transferMs: number): void {
    this.#around.say({
      type: 'DeviceCommandResponse',
      device_address: command['device_address'] ?? null,
      command_id: command['command_id'] ?? null,
      return_code: returnCode,
      transfer_time: Math.round(transferMs / 10) / 100,
      rssi_stats: [-19, -19, -19],
    });
  }

  async #bridgeCommand(command: JsonObject, signal: AbortSignal): Promise<void> {
    const payload = isObject(command['json_payload']) ? command['json_payload'] : {};
    const name = String(payload['name']);
    const params = isObject(payload['params']) ? payload['params'] : {};
    this.#around.say({
      type: 'BridgeCommandResponse',
      command_id: command['command_id'] ?? null,
      return_code: this.#run(name, params),
    });
    if (name !== 'restart' && name !== 'reboot') return;
    await sleep(RESTART_MS, signal);
    if (!signal.aborted) this.#around.restart();
  }

  #run(name: string, params: JsonObject): Json {
    switch (name) {
      case 'add_device_encryption_key':
        return this.#addKey(params['device_address'], params['encryption_key']);
      case 'set_cloud_log_level':
        return typeof params['level'] === 'string' ? null : BRIDGE_ERROR;
      case 'pjoin':
        return null;
      case 'leave':
      case 'form':
      case 'restart':
      case 'reboot':
        return SUCCESS;
      default:
        return UNKNOWN_COMMAND;
    }
  }

  #addKey(address: Json | undefined, key: Json | undefined): number {
    if (typeof address !== 'string' || typeof key !== 'string') return BRIDGE_ERROR;
    if (Buffer.from(key, 'base64').length !== 16) return BRIDGE_ERROR;
    this.#around.keys.set(address.toLowerCase(), key);
    return SUCCESS;
  }
}

function codeFor(parsed: ParsedCommand | undefined): number {
  if (parsed === undefined) return INVALID_SIZE;
  return parsed.fileId === 0 ? INVALID_ID : SUCCESS;
}
