// Versions as Elixir reads them: SemVer with exactly three numbers, an optional pre-release, and ignored build metadata.

/** A parsed version. Build metadata takes no part in anything and is not kept. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Numbers and texts, in order; empty for a release. */
  readonly pre: readonly (number | string)[];
}

const NUMBER = '(0|[1-9]\\d{0,14})';
const SHAPE = new RegExp(
  `^${NUMBER}\\.${NUMBER}(?:\\.${NUMBER})?(?:-([0-9A-Za-z.-]+))?(?:\\+([0-9A-Za-z.-]+))?$`,
);
/** Longer ones are no versions: nobody writes them, and every part would have to be kept. */
const MAX_LENGTH = 255;

/** Undefined for what is no version: two parts, a leading `v`, leading zeros, empty identifiers. */
export function parseVersion(text: string): Version | undefined {
  const parsed = parseShape(text);
  return parsed === undefined || parsed.patch === undefined ? undefined : { ...parsed, patch: parsed.patch };
}

/** The same, where the third number may be missing (as after `~>`). */
export function parseShape(
  text: string,
): (Omit<Version, 'patch'> & { readonly patch: number | undefined }) | undefined {
  const parts = text.length <= MAX_LENGTH ? SHAPE.exec(text) : null;
  if (parts === null) return undefined;
  const [, major, minor, patch, preText, build] = parts;
  if (build?.split('.').includes('')) return undefined;
  const pre = preText === undefined ? [] : preText.split('.').map(identifier);
  if (pre.includes(undefined)) return undefined;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: patch === undefined ? undefined : Number(patch),
    pre: pre.filter((each) => each !== undefined),
  };
}

function identifier(text: string): number | string | undefined {
  if (!/^\d+$/.test(text)) return text === '' ? undefined : text;
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined;
}

/** Negative when `one` comes before `other`, by SemVer 2.0.0, 11. */
export function compareVersions(one: Version, other: Version): number {
  return (
    one.major - other.major ||
    one.minor - other.minor ||
    one.patch - other.patch ||
    comparePre(one.pre, other.pre)
  );
}

function comparePre(one: Version['pre'], other: Version['pre']): number {
  // A release comes after all that leads up to it.
  if (one.length === 0 || other.length === 0) return other.length - one.length;
  for (const [at, mine] of one.entries()) {
    const theirs = other[at];
    if (theirs === undefined) return 1;
    const order = compareIdentifiers(mine, theirs);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}

function compareIdentifiers(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'number') return -1;
  if (typeof other === 'number') return 1;
  return one < other ? -1 : one > other ? 1 : 0;
}
