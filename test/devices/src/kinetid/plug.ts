// A Kinetid plug: an active one on its own socket, and the passive ones that speak through it over the power line.
import { every } from '@mooring/runtime';
import { type JsonObject, parseObject } from '../json.js';
import { type DeviceOptions, type Link, link } from '../link.js';
import { Observations } from '../observations.js';
import { type PlugLoad, Relay } from './relay.js';

export interface KinetidPlugOptions extends DeviceOptions, PlugLoad {
  /** 1 is the client of the seed, which hears nothing but `switch`; 2 announces itself and is answered. */
  readonly version?: 1 | 2;
  readonly passives?: readonly PlugLoad[];
  readonly heartbeatMs?: number;
  readonly reportMs?: number;
  readonly token?: string;
  readonly firmware?: string;
  /** Names this run of the device, so that its sequence numbers mean something; v2 only. */
  readonly boot?: string;
  /** 5 s: the seed names none. */
  readonly retryMs?: number;
}

export interface KinetidPlug {
  readonly identifier: string;
  readonly seen: Observations<JsonObject>;
  readonly link: Link;
  /** Whether the relay of the plug, or of a passive one behind it, is closed. */
  isOn(identifier?: string): boolean;
  /** Someone presses the button on the plug. */
  press(identifier?: string): void;
  /** Measures and reports now, besides the regular reports. */
  report(): void;
  close(): Promise<void>;
}

/**
 * Connects to `/socket`. `seen.ready` means open for v1, which is told nothing, and the platform's hello for v2.
 * `seen.acks` counts what the platform answers to a v2 plug.
 */
export function kinetidPlug(options: KinetidPlugOptions): KinetidPlug {
  const seen = new Observations<JsonObject>(options.keep ?? 200);
  const reportMs = options.reportMs ?? 60_000;
  const isV2 = options.version === 2;
  const active = new Relay(options, isV2);
  const relays = [active, ...(options.passives ?? []).map((load) => new Relay(load, isV2))];
  const named = (identifier = options.identifier) => relays.find((relay) => relay.identifier === identifier);
  const send = (message: JsonObject): void => connection.socket?.send(JSON.stringify(message));

  const hello = (relay: Relay): JsonObject => {
    const bare = { cmd: 'hello', deviceId: relay.identifier };
    if (!isV2) return bare;
    const token = relay === active && options.token !== undefined ? { token: options.token } : {};
    return {
      ...bare,
      v: 2,
      on: relay.on,
      fw: options.firmware ?? '1.0.3',
      boot: options.boot ?? 'b1',
      ...token,
    };
  };

  const measure = (): void => {
    for (const relay of relays) {
      relay.measure(Date.now(), reportMs);
      if (connection.socket === undefined) continue;
      const report = relay.takeReport(Date.now());
      if (report !== undefined) send(report);
    }
  };

  const onSwitch = (message: JsonObject): void => {
    const { deviceId, on, id } = message;
    const relay = typeof deviceId === 'string' ? named(deviceId) : undefined;
    if (relay !== undefined && typeof on === 'boolean') relay.on = on;
    // A bare client obeys and says nothing. Doing the same twice is harmless, so a repeated id needs no memory.
    if (!isV2 || typeof deviceId !== 'string' || typeof id !== 'string') return;
    const ack = { cmd: 'ack', deviceId, id };
    send(relay === undefined ? { ...ack, error: 'unknown_device' } : { ...ack, on: relay.on });
  };

  const connection = link(
    {
      url: `${options.url}/socket`,
      open: (socket) => {
        // A bare client announces the active plug only; passive ones show themselves by what they say.
        for (const relay of isV2 ? relays : [active]) send(hello(relay));
        socket.every(options.heartbeatMs ?? 4_000, () => {
          for (const relay of relays) send({ cmd: 'hb', deviceId: relay.identifier });
        });
        if (!isV2) seen.ready = true;
      },
      message: (text) => {
        const message = parseObject(text);
        if (typeof message['cmd'] !== 'string') seen.violations.push('a message without cmd');
        if (!isV2 && message['cmd'] !== 'switch') seen.violations.push(`a bare client was sent ${text}`);
        if (message['cmd'] === 'hello' || message['cmd'] === 'ack') seen.acks += 1;
        if (message['cmd'] === 'hello' && message['ok'] === true) seen.ready = true;
        if (message['cmd'] === 'switch') onSwitch(message);
        seen.take(message);
      },
      retryMs: () => options.retryMs ?? 5_000,
    },
    seen,
    options,
  );
  void every(reportMs, measure, connection.signal);

  return {
    identifier: options.identifier,
    seen,
    link: connection,
    isOn: (identifier) => named(identifier)?.on ?? false,
    press: (identifier) => {
      const relay = named(identifier);
      if (relay === undefined) return;
      relay.on = !relay.on;
      if (isV2) send({ cmd: 'state', deviceId: relay.identifier, on: relay.on, by: 'button' });
    },
    report: measure,
    close: connection.close,
  };
}
