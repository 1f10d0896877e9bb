// Entity tags of a device's state: which version of what is desired, and of what is reported, an answer shows.

/** The versions of a state. */
export interface Versions {
  readonly desired: number;
  readonly reported: number;
}

export function entityTag({ desired, reported }: Versions): string {
  return `"${desired}.${reported}"`;
}

/** Whether an If-None-Match names the tag (RFC 9110, 13.1.2). */
export function namesTag(header: string | undefined, tag: string): boolean {
  const known = header?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return known?.some((each) => each === tag || each === '*') ?? false;
}

/**
 * The version of what is desired that an If-Match is about: a tag as it was given, or the version alone. Undefined for
 * none or `*`, which match whatever there is; `malformed` for anything else.
 */
export function versionOf(header: string | undefined): number | undefined | 'malformed' {
  if (header === undefined || header.trim() === '*') return undefined;
  const [, desired] = /^(?:W\/)?"?(\d{1,9})(?:\.\d{1,9})?"?$/.exec(header.trim()) ?? [];
  return desired === undefined ? 'malformed' : Number(desired);
}
