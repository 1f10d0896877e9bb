// Decides what a firmware is from its meta.conf, and whether that is enough (nerveshub.md 5.5).
import { parseVersion } from '../version.js';
import type { Section } from './meta-conf.js';
import { type Refusal, refuse } from './refusal.js';

/** What its maker says of a firmware. Absent texts are empty. */
export interface Metadata {
  readonly product: string;
  /** SemVer. */
  readonly version: string;
  readonly platform: string;
  readonly architecture: string;
  readonly author: string;
  readonly description: string;
  readonly vcsIdentifier: string;
  readonly misc: string;
}

const NEEDED = ['product', 'version', 'platform', 'architecture'] as const;
const MAX_NAME_CHARS = 255;
const MAX_TEXT_CHARS = 4_000;

/** The metadata, or a refusal: `metadata_incomplete`, `metadata_too_long` or `bad_version`. */
export function metadataOf(conf: Section): Metadata | Refusal {
  const text = (name: string): string => conf.options.get(`meta-${name}`)?.[0] ?? '';
  const metadata: Metadata = {
    product: text('product'),
    version: text('version'),
    platform: text('platform'),
    architecture: text('architecture'),
    author: text('author'),
    description: text('description'),
    vcsIdentifier: text('vcs-identifier'),
    misc: text('misc'),
  };
  const missing = NEEDED.filter((name) => metadata[name].trim() === '');
  if (missing.length > 0) {
    const names = missing.map((name) => `meta-${name}`).join(', ');
    return refuse('metadata_incomplete', `meta.conf does not say ${names}`);
  }
  for (const [name, value] of Object.entries(metadata)) {
    const most = NEEDED.some((each) => each === name) ? MAX_NAME_CHARS : MAX_TEXT_CHARS;
    if (value.length > most) {
      return refuse('metadata_too_long', `the ${name} in meta.conf is longer than ${most} characters`);
    }
  }
  if (parseVersion(metadata.version) === undefined) {
    return refuse('bad_version', 'meta-version is no semantic version such as 1.2.3 or 1.2.3-rc.1');
  }
  return metadata;
}
