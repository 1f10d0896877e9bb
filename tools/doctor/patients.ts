// The doctor's own devices, one of each dialect: named so that nobody takes them for real ones, and gone afterwards.
import { randomBytes, randomInt } from 'node:crypto';
import { bergBridge, cameraDevice, kinetidPlug, nervesDevice } from '@mooring/devices';
import { sleep } from '@mooring/runtime';
import type { Api } from './api.js';
import { refusal } from './door.js';
import { Complaint } from './findings.js';

export const dialects = ['kinetid', 'berg', 'camera', 'nerveshub'] as const;
export type Dialect = (typeof dialects)[number];

/** A device that the doctor enrolled and connected. */
export interface Patient {
  readonly id: string;
  /** Measures and reports now; plugs alone. */
  report(): void;
  /** What it was told to switch, so far. */
  switches(): number;
  close(): Promise<void>;
}

/** What is seen of any simulated device. */
interface Connected {
  readonly seen: { readonly connected: boolean; readonly lastRefusal: number | undefined };
  close(): Promise<void>;
}

interface Enrolled {
  readonly id: string;
  readonly identifier: string;
  readonly secret: string;
  readonly key: string;
}

const ONLINE_WITHIN_MS = 20_000;
const LOOK_MS = 250;
const PATHS: Readonly<Record<Dialect, string>> = {
  kinetid: '/socket',
  berg: '/api/v1/connection',
  camera: '/ws/device',
  nerveshub: '/device-socket/websocket',
};
const KINDS: Readonly<Record<Dialect, string>> = {
  kinetid: 'plug',
  berg: 'bridge',
  camera: 'camera',
  nerveshub: 'nerves',
};

/** Where devices of a dialect connect at an edge. */
export function doorOf(edge: string, dialect: Dialect): string {
  return `${edge}${PATHS[dialect]}${dialect === 'nerveshub' ? '?vsn=2.0.0' : ''}`;
}

/**
 * Enrols a device, gives it a credential where its dialect has one, and connects it. Resolves when the platform says that
 * it is online. Throws a Complaint, and leaves nothing behind, when it does not become so.
 */
export async function admitted(
  api: Api,
  edge: string,
  dialect: Dialect,
  made: Set<string>,
): Promise<Patient> {
  const enrolled = await enrol(api, dialect);
  made.add(enrolled.id);
  const { device, switches, report } = connect(edge, dialect, enrolled);
  const limit = Date.now() + ONLINE_WITHIN_MS;
  for (;;) {
    const { presence } = await api.call<{ presence: { online: boolean } }>(
      'GET',
      `/v1/devices/${enrolled.id}`,
    );
    if (presence.online) return { id: enrolled.id, switches, report, close: () => device.close() };
    if (Date.now() > limit) break;
    await sleep(LOOK_MS);
  }
  const { connected, lastRefusal } = device.seen;
  await device.close();
  throw new Complaint(whyOffline(edge, dialect, connected, lastRefusal));
}

/** Deletes what was made; the Complaints of those that could not be. */
export async function discharge(api: Api, made: ReadonlySet<string>): Promise<readonly string[]> {
  const left: string[] = [];
  await Promise.all(
    [...made].map((id) =>
      api.call('DELETE', `/v1/devices/${id}`).catch((error: Error) => left.push(`${id}: ${error.message}`)),
    ),
  );
  return left;
}

async function enrol(api: Api, dialect: Dialect): Promise<Enrolled> {
  const identifier = identifierOf(dialect);
  const name = `Doctor's ${KINDS[dialect]}`;
  const { id } = await api.call<{ id: string }>('POST', '/v1/devices', {
    ...{ dialect, identifier, kind: KINDS[dialect], name },
    tags: ['doctor'],
  });
  // Printers of this protocol prove themselves by their link keys; their bridge says only who it is.
  if (dialect === 'berg') return { id, identifier, secret: '', key: '' };
  const type = dialect === 'nerveshub' ? 'shared_secret' : 'token';
  const credential = await api.call<{ secret?: string; key?: string | null }>(
    'POST',
    `/v1/devices/${id}/credentials`,
    { type, name },
  );
  return { id, identifier, secret: credential.secret ?? '', key: credential.key ?? '' };
}

/** Plugs and bridges are numbered: of blocks that no maker has. */
function identifierOf(dialect: Dialect): string {
  if (dialect === 'kinetid') return `239800099${String(randomInt(1_000_000)).padStart(6, '0')}`;
  if (dialect === 'berg') return `000d6fd0c7${randomBytes(3).toString('hex')}`;
  return `doctor-${randomBytes(4).toString('hex')}`;
}

function connect(edge: string, dialect: Dialect, { identifier, secret, key }: Enrolled) {
  const options = { url: edge, identifier, keep: 50 };
  const still = { report: () => undefined, switches: () => 0 };
  switch (dialect) {
    case 'kinetid': {
      const plug = kinetidPlug({
        ...options,
        version: 2,
        token: secret,
        watts: () => 42,
        boot: `b${Date.now()}`,
      });
      const switches = (): number => plug.seen.received.filter(({ cmd }) => cmd === 'switch').length;
      return { device: plug as Connected, report: () => plug.report(), switches };
    }
    case 'berg':
      return { device: bergBridge({ ...options, printer: identifierOf('berg') }) as Connected, ...still };
    case 'camera':
      return { device: cameraDevice({ ...options, token: secret }) as Connected, ...still };
    case 'nerveshub':
      return { device: nervesDevice({ ...options, auth: { key, secret } }) as Connected, ...still };
  }
}

function whyOffline(edge: string, dialect: Dialect, connected: boolean, refused: number | undefined): string {
  const path = `${edge}${PATHS[dialect]}`;
  if (connected)
    return `it is connected to ${path}, and the platform does not say that it is online: look at the edge’s admissions and the registry’s log`;
  if (refused === undefined) return `nothing takes connections at ${path}`;
  return refusal(path, refused);
}
