// Makes the links under which devices and people download firmware files.
import type { Clock } from '@mooring/runtime';
import { linkEnd, tokenOf } from '../domain/link.js';

/** How links are made. */
export interface LinkSettings {
  readonly secret: Buffer;
  /** How the server of downloads is reached. */
  readonly publicUrl: string;
  readonly lifetimeS: number;
}

/** A link is a secret of whoever downloads: it is never logged. */
export interface DownloadLink {
  readonly url: string;
  readonly expiresAtMs: number;
}

/** The function that makes a link to the artifact with that id. */
export function linkMaker(settings: LinkSettings, clock: Clock): (artifactId: string) => DownloadLink {
  const base = settings.publicUrl.replace(/\/+$/, '');
  return (artifactId) => {
    const expiresAtMs = linkEnd(clock.now(), settings.lifetimeS);
    const token = tokenOf(settings.secret, { artifactId, expiresAtMs });
    return { url: `${base}/firmware/${token}`, expiresAtMs };
  };
}
