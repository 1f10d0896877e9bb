// The small demo fleet: a few devices of each dialect, named so that nobody takes them for real ones.
import { createHash } from 'node:crypto';
import { fridge, kettle, television, washer } from './appliances.js';
import { bergBridge } from './berg/bridge.js';
import { cameraDevice } from './camera/device.js';
import { type MakePeer, refusingPeer } from './camera/peer.js';
import type { JsonObject } from './json.js';
import { kinetidPlug } from './kinetid/plug.js';
import type { DeviceOptions, Link } from './link.js';
import { nervesDevice } from './nerves/device.js';
import type { SharedSecret } from './nerves/shared-secret.js';
import type { Observations } from './observations.js';

export interface FleetOptions {
  /** Where the edge listens: `ws://127.0.0.1:8000`. */
  readonly url: string;
  /** Begins every name that can hold letters, and decides the others. */
  readonly prefix: string;
  readonly signal?: AbortSignal;
  readonly log?: DeviceOptions['log'];
  /** Milliseconds between a plug's reports; a minute unless told. */
  readonly reportMs?: number;
  /** What the Nerves devices sign with; a made-up secret unless told. */
  readonly secret?: SharedSecret;
  /** How the cameras answer viewers: the peer of `loadVideo()`. Without it they turn viewers away, and say why. */
  readonly camera?: MakePeer;
}

export interface FleetMember {
  readonly identifier: string;
  readonly seen: Pick<Observations<unknown>, 'connected' | 'ready'>;
  readonly link: Pick<Link, 'done'>;
  close(): Promise<void>;
}

export interface Fleet {
  readonly members: readonly FleetMember[];
  /** Settles when every device has stopped, because it was told to. */
  readonly done: Promise<void>;
  /** Closes every device's connection and waits until all have ended. */
  close(): Promise<void>;
}

/** Signs nothing that is worth protecting: no platform that verifies secrets knows it. */
const DEMO_SECRET: SharedSecret = {
  key: `nhp_${Buffer.from('a demo key, known to everybody..').toString('base64url')}`,
  secret: Buffer.from('a demo secret, known to everyone').toString('base64url'),
};

/** A device of the fleet as a person would register it. */
export interface FleetDevice {
  readonly dialect: string;
  readonly identifier: string;
  readonly kind: string;
  readonly name: string;
}

/** Every device of the fleet with a name that says what it is; most identifiers cannot. */
export function fleetDevices(prefix: string): readonly FleetDevice[] {
  const of = (dialect: string, kind: string, identifier: string, name: string): FleetDevice => {
    return { dialect, identifier, kind, name: `Demo ${name}` };
  };
  return [
    of('berg', 'bridge', bergAddress(prefix, 'bridge'), 'bridge'),
    of('berg', 'printer', bergAddress(prefix, 'printer'), 'printer'),
    of('kinetid', 'plug', plugId(prefix, 'kettle'), 'kettle'),
    of('kinetid', 'plug', plugId(prefix, 'fridge'), 'fridge'),
    of('kinetid', 'plug', plugId(prefix, 'washer'), 'washer'),
    of('kinetid', 'passive_plug', plugId(prefix, 'television'), 'television'),
    of('camera', 'camera', `${prefix}-cam-kitchen`, 'kitchen camera'),
    of('camera', 'camera', `${prefix}-cam-garage`, 'garage camera'),
    of('nerveshub', 'nerves', `${prefix}-nerves-porch`, 'porch unit'),
    of('nerveshub', 'nerves', `${prefix}-nerves-greenhouse`, 'greenhouse unit'),
  ];
}

/** Starts all devices at once; they connect, and reconnect, until closed. */
export function startFleet(options: FleetOptions): Fleet {
  const { prefix, url } = options;
  const common = {
    url,
    keep: 20,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.log === undefined ? {} : { log: options.log }),
  };
  const plug = { ...common, ...(options.reportMs === undefined ? {} : { reportMs: options.reportMs }) };
  const camera = { ...common, peer: options.camera ?? refusingPeer('This camera has no video') };
  const nerves = { ...common, auth: options.secret ?? DEMO_SECRET };
  const members: readonly FleetMember[] = [
    bergBridge({
      ...common,
      identifier: bergAddress(prefix, 'bridge'),
      printer: bergAddress(prefix, 'printer'),
      hasKey: true,
    }),
    kinetidPlug({ ...plug, identifier: plugId(prefix, 'kettle'), watts: kettle }),
    kinetidPlug({ ...plug, identifier: plugId(prefix, 'fridge'), watts: fridge }),
    kinetidPlug({
      ...plug,
      identifier: plugId(prefix, 'washer'),
      version: 2,
      watts: washer,
      passives: [{ identifier: plugId(prefix, 'television'), watts: television }],
      boot: `b${Date.now()}`,
    }),
    cameraDevice({ ...camera, identifier: `${prefix}-cam-kitchen`, presence: presenceOf(1), resume: true }),
    cameraDevice({ ...camera, identifier: `${prefix}-cam-garage`, presence: presenceOf(2) }),
    nervesDevice({ ...nerves, identifier: `${prefix}-nerves-porch` }),
    nervesDevice({ ...nerves, identifier: `${prefix}-nerves-greenhouse`, networkInterface: 'eth0' }),
  ];
  return {
    members,
    done: Promise.all(members.map(({ link }) => link.done)).then(() => undefined),
    close: async () => {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

/** 15 digits: as a MAC address it is a locally administered one, so it belongs to no maker's device. */
function plugId(prefix: string, name: string): string {
  const number = createHash('sha256').update(`${prefix}/${name}`).digest().readUInt32BE() % 1_000_000;
  return `239800000${String(number).padStart(6, '0')}`;
}

/** The maker's block 000d6f, then `de30` for demo. */
function bergAddress(prefix: string, name: string): string {
  const digits = createHash('sha256').update(`${prefix}/${name}`).digest('hex').slice(0, 6);
  return `000d6fde30${digits}`;
}

/** A battery that lasts a day between charges, and a case that warms up by day. */
function presenceOf(seed: number): (nowMs: number) => JsonObject {
  return (nowMs) => {
    const day = (nowMs / 86_400_000 + seed / 7) % 1;
    return {
      battery: Math.round(100 - 60 * day),
      temperature: Math.round((38 + 6 * Math.sin(day * 2 * Math.PI)) * 10) / 10,
      recording: day > 0.3 && day < 0.8,
    };
  };
}
