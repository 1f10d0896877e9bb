// What the RPCs about firmware files and keys stand on.
import type { Clock } from '@mooring/runtime';
import type { DownloadLink } from '../downloads/make-link.js';
import type { Database } from '../store/client.js';
import type { Uploads } from '../uploads/upload.js';

export interface ArtifactContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly uploads: Uploads;
  readonly link: (artifactId: string) => DownloadLink;
}
