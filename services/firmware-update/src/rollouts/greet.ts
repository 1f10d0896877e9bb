// Tells a device that has joined what waits for it: keys that it asks for, its group's archive and connecting code.
import type { bus as messages } from '@mooring/proto';
import { asFault } from '@mooring/runtime';
import type { Artifact } from '../domain/artifact.js';
import { understands } from '../domain/greeting.js';
import type { DeploymentGroup } from '../domain/group.js';
import type { GreetNote } from '../domain/note.js';
import { offerFailed, pushed } from './events.js';
import { type OfferParts, tell } from './offer.js';

type Content = NonNullable<messages.FirmwarePush['content']>;

export interface GreetParts extends Pick<OfferParts, 'bus' | 'registry' | 'artifact' | 'keys' | 'link'> {
  readonly group: (groupId: string) => Promise<DeploymentGroup | undefined>;
}

/** Never rejects. What is not told now is told at the next join. */
export async function greet(parts: GreetParts, note: GreetNote): Promise<void> {
  try {
    for await (const content of contents(parts, note)) {
      const outcome = await tell(parts, note, content);
      pushed(content.$case, outcome);
      // Whoever is gone, or not on its channel, hears the rest neither.
      if (outcome !== 'delivered') return;
    }
  } catch (error) {
    pushed('any', 'failed');
    offerFailed(note.deviceId, asFault(error));
  }
}

/** Whether there can be anything to tell, before anything is read. */
export function isGreeted({ wantsFirmwareKeys, wantsArchiveKeys, groupId }: GreetNote): boolean {
  return wantsFirmwareKeys || wantsArchiveKeys || groupId !== undefined;
}

async function* contents(parts: GreetParts, note: GreetNote): AsyncGenerator<Content> {
  const { organizationId, apiVersion, groupId } = note;
  if (note.wantsFirmwareKeys || note.wantsArchiveKeys) {
    const value = { keys: (await parts.keys(organizationId)).map((key) => Buffer.from(key)) };
    if (note.wantsFirmwareKeys) yield { $case: 'firmwareKeys', value };
    if (note.wantsArchiveKeys) yield { $case: 'archiveKeys', value };
  }
  const group = groupId === undefined ? undefined : await parts.group(groupId);
  if (group === undefined || !group.isActive) return;
  if (group.archiveId !== undefined && understands(apiVersion, 'archive')) {
    const archive = await parts.artifact(group.archiveId);
    if (archive !== undefined) {
      yield { $case: 'archive', value: archiveOffer(archive, parts.link(archive.id).url) };
    }
  }
  if (group.connectingCode !== '' && understands(apiVersion, 'connectingCode')) {
    yield { $case: 'connectingCode', value: group.connectingCode };
  }
}

function archiveOffer(archive: Artifact, url: string): messages.ArchiveOffer {
  const { uuid, version, platform, architecture, description, sizeBytes, uploadedAtMs } = archive;
  return { url, uuid, version, platform, architecture, description, sizeBytes, uploadedAtMs };
}
