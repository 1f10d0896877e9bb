// Offers an update to its device on the session that it was claimed on, and keeps exactly what came of that.
import { edge, type bus as messages, type registry } from '@mooring/proto';
import {
  asFault,
  type Bus,
  type Clock,
  currentTraceparent,
  type GrpcClient,
  inSpan,
  isFault,
} from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import type { DeviceUpdate } from '../domain/update.js';
import type { Pool } from '../store/client.js';
import { noteOffer } from '../store/updates.js';
import type { FleetChanges } from './changes.js';
import { type OfferOutcome, offerFailed, offerMade } from './events.js';

/** What offers and pushes are made with. */
export interface Speech {
  readonly bus: Pick<Bus, 'request' | 'connectedSinceMs'>;
  readonly registry: Pick<GrpcClient<registry.RegistryClient>, 'locate'>;
}

export interface OfferParts extends Speech {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly changes: FleetChanges;
  readonly artifact: (id: string) => Promise<Artifact | undefined>;
  /** Upper-case hex of each mebibyte of the file. */
  readonly partHashes: (artifactId: string) => Promise<string[]>;
  /** The organization's keys, raw. */
  readonly keys: (organizationId: string) => Promise<readonly Uint8Array[]>;
  readonly link: (artifactId: string) => { readonly url: string };
}

/** A claimed update, with the number of its device's join when that was known. */
export interface Offer {
  readonly update: DeviceUpdate;
  readonly joinedSequence?: bigint;
}

const LOCATE_MS = 3_000;
const DELIVER_MS = 3_000;
const UNSENT_MS = 5_000;

/** Never rejects: an offer of which nothing is noted is made again. */
export async function offer(parts: OfferParts, { update, joinedSequence }: Offer): Promise<void> {
  const attributes = { 'mooring.update': update.id, 'mooring.device': update.deviceId };
  await inSpan('offer update', { attributes }, async (span) => {
    try {
      const content = await updateOffer(parts, update);
      const outcome: OfferOutcome =
        content === undefined ? 'unsent' : await tell(parts, update, { $case: 'update', value: content });
      span.setAttribute('mooring.outcome', outcome);
      offerMade(update, outcome);
      await settle(parts, update, outcome, joinedSequence);
    } catch (error) {
      offerFailed(update.deviceId, asFault(error));
    }
  });
}

/** What a device is told of the update; undefined when its firmware cannot be found. */
export async function updateOffer(
  { artifact: find, partHashes, keys, link }: Pick<OfferParts, 'artifact' | 'partHashes' | 'keys' | 'link'>,
  update: DeviceUpdate,
): Promise<messages.UpdateOffer | undefined> {
  const artifact = update.artifactId === undefined ? undefined : await find(update.artifactId);
  if (artifact === undefined) return undefined;
  const { uuid, product, version, platform, architecture, author, description, vcsIdentifier, misc } =
    artifact;
  return {
    url: link(artifact.id).url,
    firmware: { uuid, product, version, platform, architecture, author, description, vcsIdentifier, misc },
    deploymentNumber: update.place?.groupNumber,
    sizeBytes: artifact.sizeBytes,
    sha256: artifact.sha256.toUpperCase(),
    partSha256: await partHashes(artifact.id),
    firmwareKeys: (await keys(artifact.organizationId)).map((key) => Buffer.from(key)),
  };
}

/** Tells the device something on that session of it. Never rejects. */
export async function tell(
  { bus, registry }: Speech,
  { deviceId, epoch }: { readonly deviceId: string; readonly epoch: bigint | undefined },
  content: NonNullable<messages.FirmwarePush['content']>,
): Promise<Exclude<OfferOutcome, 'checked'>> {
  let place: registry.LocateResponse;
  try {
    place = await registry.locate({ deviceId }, { timeoutMs: LOCATE_MS });
  } catch (error) {
    if (isFault(error, 'not_found')) return 'gone';
    offerFailed(deviceId, asFault(error));
    return 'unsent';
  }
  if (!place.online || place.epoch !== epoch) return 'gone';
  const { node, connectionId, deviceNumber } = place;
  const value = { content, traceparent: currentTraceparent() ?? '' };
  const delivery = { connectionId, deviceNumber, epoch, content: { $case: 'firmwarePush', value } } as const;
  const sinceMs = bus.connectedSinceMs;
  try {
    const { delivered, joined = true } = await bus.request(edge.deliver, { node }, delivery, DELIVER_MS);
    if (!delivered) return 'gone';
    return joined ? 'delivered' : 'not_joined';
  } catch (error) {
    const fault = asFault(error);
    offerFailed(deviceId, fault);
    // Nobody listens there, which is certain only if the connection to the bus has not broken meanwhile.
    const isCertain = sinceMs !== undefined && bus.connectedSinceMs === sinceMs;
    return fault.code === 'unavailable' && isCertain ? 'unsent' : 'unknown';
  }
}

async function settle(
  { pool, clock, changes }: OfferParts,
  update: DeviceUpdate,
  outcome: OfferOutcome,
  joinedSequence: bigint | undefined,
): Promise<void> {
  switch (outcome) {
    case 'delivered':
    case 'checked':
      return noteOffer(pool, update.id);
    // It was not sent, so it may be sent as if for the first time.
    case 'unsent':
      return noteOffer(pool, update.id, clock.now() + UNSENT_MS);
    // Its slot is given back, unless an earlier offer of it may have arrived: then the device's next join tells.
    case 'gone':
      await changes.withdraw([update], 'session_gone');
      return;
    case 'not_joined':
      await changes.withdraw([update], 'not_joined', joinedSequence);
      return;
    // It is offered once more after a while; the same offer twice is one.
    case 'unknown':
      return;
  }
}
