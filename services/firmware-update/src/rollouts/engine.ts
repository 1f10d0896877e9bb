// The parts of rollouts, and how they wake one another.
import type { registry } from '@mooring/proto';
import { type Bus, type Clock, type GrpcClient, type Runnable, untilAborted, Work } from '@mooring/runtime';
import { deviceDeleted } from '../consumers/device-deleted.js';
import { devicesChanged, devicesConnected, devicesDisconnected } from '../consumers/devices.js';
import { firmwareStatus } from '../consumers/firmware-status.js';
import type { GreetNote } from '../domain/note.js';
import { partHashesOf } from '../store/artifact-parts.js';
import { artifactById } from '../store/artifacts.js';
import type { Database, Pool } from '../store/client.js';
import { forgetDevices, notePresence } from '../store/fleet.js';
import { groupById } from '../store/groups.js';
import { listKeys, MAX_KEYS } from '../store/keys.js';
import { readLevels } from '../store/levels.js';
import { announcer, type Wakes } from './announce.js';
import { type FleetChanges, fleetChanges } from './changes.js';
import { devicesForgotten, observed, pushed } from './events.js';
import { greet, isGreeted } from './greet.js';
import { intake } from './intake.js';
import { type Offer, type OfferParts, offer } from './offer.js';
import { orchestrator } from './orchestrator.js';
import { relay } from './relay.js';
import { responders } from './respond.js';
import { sweeps } from './sweeps.js';

export interface EngineParts {
  readonly bus: Bus;
  readonly pool: Pool;
  readonly database: Database;
  readonly clock: Clock;
  readonly registry: Pick<GrpcClient<registry.RegistryClient>, 'locate' | 'describeDevices'>;
  readonly link: (artifactId: string) => { readonly url: string };
  readonly tickMs: number;
}

/** Offers at a time, and those that wait for it; what finds no room is made again. */
const OFFERS = { atOnce: 32, waiting: 5_000 } as const;
const GREETINGS = { atOnce: 32, waiting: 20_000 } as const;
const DRAIN_MS = 5_000;

export interface Engine {
  readonly changes: FleetChanges;
  /** Has a group looked at soon, and what waits published. */
  poke(groupId: string): void;
  /** In the order in which they start. */
  readonly runnables: readonly Runnable[];
}

export function engine(parts: EngineParts): Engine {
  const { bus, pool, database, clock, registry } = parts;
  const work = new Work({ ...OFFERS, dropped: () => pushed('update', 'dropped') });
  const greetings = new Work({ ...GREETINGS, dropped: () => pushed('greeting', 'dropped') });
  const outbox = relay(bus, pool);
  const wakes: Wakes = {
    outbox: outbox.wake,
    look: (groupId) => rollouts.look(groupId),
    offer: (updateId) => rollouts.offerAgain(updateId),
    greet: (note) => greetSoon(note),
  };
  const changes = fleetChanges({ pool, clock, announce: announcer(bus, wakes) });
  const artifact = (id: string) => artifactById(database, id);
  const partHashes = (id: string) => partHashesOf(database, id);
  const keys = async (organizationId: string) => {
    const found = await listKeys(database, [organizationId], { limit: MAX_KEYS, after: undefined });
    return found.map(({ publicKey }) => publicKey);
  };
  const speech: OfferParts = { ...parts, changes, artifact, partHashes, keys };
  const makeOffer = (made: Offer): Promise<void> => offer(speech, made);
  const rollouts = orchestrator({ ...parts, changes, work, offer: makeOffer, wakeOutbox: outbox.wake });
  const group = (id: string) => groupById(database, id);
  const greetSoon = (note: GreetNote): void => {
    if (isGreeted(note)) greetings.start(() => greet({ ...speech, group }, note));
  };
  const look = (groups: readonly string[]): void => {
    for (const groupId of groups) rollouts.look(groupId);
  };
  const presence = async (facts: Parameters<typeof notePresence>[1]): Promise<void> =>
    look(await notePresence(pool, facts));
  observed(() => readLevels(pool, clock.now()));
  return {
    changes,
    poke(groupId) {
      rollouts.look(groupId);
      outbox.wake();
    },
    // Stopped in reverse: nothing new is taken in, then what is at hand is offered and published.
    runnables: [
      outbox.runnable,
      draining('offers', work, greetings),
      rollouts.runnable,
      sweeps({ ...parts, changes, work, offer: makeOffer }),
      devicesConnected(bus, presence),
      devicesDisconnected(bus, presence),
      devicesChanged(bus, async (tags) => {
        await changes.tags(tags);
      }),
      deviceDeleted(bus, async (deviceIds) => {
        const { updates, groups } = await forgetDevices(pool, deviceIds);
        devicesForgotten(deviceIds.length, updates);
        look(groups);
      }),
      firmwareStatus(bus, intake({ pool, changes, registry })),
      responders({ ...speech, bus, database, work, offer: makeOffer }),
    ],
  };
}

function draining(name: string, ...all: readonly Work[]): Runnable {
  return {
    name,
    async run({ signal, ready }) {
      ready();
      await untilAborted(signal);
      // What is left is offered again by another replica.
      for (const work of all) await work.drained(DRAIN_MS).catch(() => pushed('any', 'dropped'));
    },
  };
}
