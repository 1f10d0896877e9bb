// A Nerves device as nerves_hub_link behaves: joins its channels, heartbeats, takes updates and answers what it is asked.
import { isObject, type Json, type JsonObject } from '../json.js';
import { type DeviceOptions, type Link, link, type Socket } from '../link.js';
import { Observations } from '../observations.js';
import { Channels, type Meaning, type PhoenixMessage, readMessage } from './channels.js';
import { type ClientCertificate, Credentials } from './credentials.js';
import { offered, onEvent, onJoined } from './extensions.js';
import { demoFirmware, deviceJoin, type NervesFirmware, updatedFirmware } from './firmware.js';
import { type EncodingName, encodings } from './frames.js';
import type { SharedSecret } from './shared-secret.js';
import { applyUpdate, type UpdateOutcome } from './update.js';

export interface NervesDeviceOptions extends DeviceOptions {
  /** A shared secret is signed anew for each attempt; a device without either names itself nowhere. */
  readonly auth?: SharedSecret | ClientCertificate;
  readonly firmware?: Partial<NervesFirmware>;
  /** MsgPack as newer clients may speak; JSON unless told. */
  readonly encoding?: EncodingName;
  /** Of all updates, or asked for each. */
  readonly outcome?: UpdateOutcome | (() => UpdateOutcome);
  /** Told when an update is taken up, and when it is over: given up, or about to join with what came of it. */
  readonly onUpdate?: (phase: 'begun' | 'ended', uuid: string) => void;
  readonly networkInterface?: string;
  readonly runScript?: (text: string) => { readonly output: string; readonly return: string };
  /** The device's own clock, which it may have to correct by the platform's. */
  readonly clock?: () => number;
  readonly heartbeatMs?: number;
  readonly rejoinMs?: number;
  readonly applyMs?: number;
  readonly bootMs?: number;
  readonly retryMs?: number;
}

export interface NervesDevice {
  readonly identifier: string;
  readonly seen: Observations<PhoenixMessage>;
  readonly link: Link;
  /** What the device runs. */
  firmware(): NervesFirmware;
  /** The firmware of the update that it is at. */
  updating(): string | undefined;
  isJoined(topic: string): boolean;
  push(topic: string, event: string, payload: JsonObject): void;
  progress(value: number, stage?: string): void;
  status(status: string, rest?: JsonObject): void;
  close(): Promise<void>;
}

/** Lets what was said last leave before the connection is cut. */
const GOING_DOWN_MS = 50;

/** `seen.ready` means that `device` is joined; `seen.acks` counts joins and heartbeat replies. */
export function nervesDevice(options: NervesDeviceOptions): NervesDevice {
  const seen = new Observations<PhoenixMessage>(options.keep ?? 200);
  const clock = options.clock ?? Date.now;
  const credentials = new Credentials(options.identifier, options.auth, clock);
  const networkInterface = options.networkInterface ?? 'wlan0';
  const encoding = encodings[options.encoding ?? 'json'];
  let firmware: NervesFirmware = { ...demoFirmware, ...options.firmware };
  let channels = new Channels(() => undefined);
  let downloading: string | undefined;
  let updating: string | undefined;
  let hasReverted = false;
  let isBooting = false;
  const push = (topic: string, event: string, payload: JsonObject): void =>
    channels.push(topic, event, payload);

  const join = (topic: string): void => {
    if (topic === 'device') {
      // Said before the platform can know of it. One that lost its connection meanwhile goes on with its update.
      if (downloading === undefined) updateEnded();
      channels.join(topic, deviceJoin(firmware, downloading, hasReverted));
    } else if (topic === 'extensions') channels.join(topic, offered);
    else channels.join(topic, { console_version: '2.0.0', device_api_version: '2.3.0' });
  };

  const reboot = (): void => {
    const { socket } = connection;
    push('device', 'rebooting', {});
    isBooting = true;
    socket?.after(GOING_DOWN_MS, () => socket.drop());
  };

  const updateEnded = (): void => {
    const ended = updating;
    updating = undefined;
    if (ended !== undefined) options.onUpdate?.('ended', ended);
  };

  const update = async (payload: JsonObject): Promise<void> => {
    const uuid = isObject(payload['firmware_meta']) ? payload['firmware_meta']['uuid'] : undefined;
    const chosen = options.outcome ?? 'success';
    const outcome = typeof chosen === 'function' ? chosen() : chosen;
    if (updating !== undefined || typeof uuid !== 'string' || outcome === 'deaf') return;
    downloading = uuid;
    updating = uuid;
    options.onUpdate?.('begun', uuid);
    const written = await applyUpdate(payload, {
      runningUuid: firmware.uuid,
      outcome,
      applyMs: options.applyMs ?? 5_000,
      interface: networkInterface,
      signal: connection.signal,
      push: (event, body) => push('device', event, body),
    });
    downloading = undefined;
    if (written === undefined) return updateEnded();
    hasReverted = outcome === 'revert';
    if (!hasReverted) firmware = updatedFirmware(written, firmware);
    reboot();
  };

  const onDeviceEvent = (event: string, payload: JsonObject): void => {
    if (event === 'update') void update(payload);
    if (event === 'reboot') reboot();
    if (event === 'extensions:get') join('extensions');
    if (event === 'scripts/run') {
      const run = options.runScript ?? (() => ({ output: '', return: 'nil' }));
      const ran = { ref: payload['ref'] ?? null, result: 'completed', ...run(String(payload['text'])) };
      push('device', 'scripts/run', ran);
    }
  };

  const onPush = (topic: string, event: string, payload: JsonObject): void => {
    if (topic === 'device') onDeviceEvent(event, payload);
    if (topic === 'extensions') {
      for (const [name, body] of onEvent(event, payload, clock())) push(topic, name, body);
    }
    // The remote shell repeats what is typed, as a terminal does.
    if (topic === 'console' && event === 'dn') push(topic, 'up', { data: String(payload['data']) });
  };

  const onJoin = (topic: string, response: Json): void => {
    seen.acks += 1;
    if (topic === 'device') {
      seen.ready = true;
      push('device', 'report_network_interface', { interface: networkInterface });
    }
    if (topic === 'console') push(topic, 'up', { data: 'Interactive Elixir (simulated)\r\niex(1)> ' });
    if (topic === 'extensions') for (const event of onJoined(response)) push(topic, event, {});
  };

  const act = (meaning: Meaning, socket: Socket): void => {
    switch (meaning.is) {
      case 'joined':
        onJoin(meaning.topic, meaning.response);
        break;
      case 'heartbeat_reply':
        seen.acks += 1;
        break;
      case 'join_failed':
      case 'channel_error':
        if (meaning.topic === 'device') seen.ready = false;
        socket.after(options.rejoinMs ?? 5_000, () => join(meaning.topic));
        break;
      case 'channel_closed':
        if (meaning.topic === 'device') seen.ready = false;
        break;
      case 'event':
        onPush(meaning.topic, meaning.event, meaning.payload);
        break;
      case 'violation':
        seen.violations.push(meaning.what);
        socket.drop();
        break;
      case 'ignored':
        break;
    }
  };

  const read = (value: Json | undefined, socket: Socket): void => {
    const message = readMessage(value);
    if (message === undefined) {
      seen.violations.push('a message that is no list of five');
      socket.drop();
      return;
    }
    act(channels.understand(message), socket);
    seen.take(message);
  };

  const connection: Link = link(
    {
      url: `${options.url}${credentials.path}?vsn=${encoding.vsn}`,
      headers: () => ({ 'user-agent': 'mint/1.9.3', ...credentials.headers() }),
      offersDeflate: true,
      maxRedirects: 2,
      ...(credentials.certificate === undefined ? {} : { tls: credentials.certificate }),
      open: (socket) => {
        channels = new Channels((message) => socket.send(encoding.write(message)));
        join('device');
        join('console');
        socket.every(options.heartbeatMs ?? 30_000, () => {
          if (channels.heartbeat()) return;
          seen.violations.push('an unanswered heartbeat');
          socket.drop();
        });
      },
      message: (text, socket) => read(encoding.readText(text), socket),
      bytes: (bytes, socket) => read(encoding.readBytes(bytes), socket),
      refused: (status, headers) => credentials.refused(status, headers['date']?.toString()),
      retryMs: (failures) => {
        const baseMs = options.retryMs ?? 1_000;
        const wasBooting = isBooting;
        isBooting = false;
        if (wasBooting) return options.bootMs ?? 5_000;
        // The real client signs again about 0.3 s after the refusal.
        if (credentials.takeSignAgain()) return Math.min(baseMs, 300);
        return Math.min(60_000, baseMs * 2 ** Math.max(0, failures - 1)) * (1 + Math.random() / 2);
      },
    },
    seen,
    options,
  );

  return {
    identifier: options.identifier,
    seen,
    link: connection,
    firmware: () => firmware,
    updating: () => updating,
    isJoined: (topic) => connection.socket !== undefined && channels.isJoined(topic),
    push,
    progress: (value, stage) =>
      push('device', 'fwup_progress', stage === undefined ? { value } : { value, stage }),
    status: (status, rest = {}) => push('device', 'status_update', { status, ...rest }),
    close: connection.close,
  };
}
