// Checks that look at objects of some kinds alone.
import type { Check } from './_check.js';
import type { Resource } from './_tree.js';

export const ofKinds = (
  kinds: readonly string[],
  names: readonly string[],
  look: (one: Resource, all: readonly Resource[]) => readonly string[],
): Check => ({ names, find: (one, all) => (kinds.includes(one.kind) ? look(one, all) : []) });
