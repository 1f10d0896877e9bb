// What a check of a manifest is.
import type { Resource } from './_tree.js';

/** One thing to look for. */
export interface Check {
  /** `tool/check`, as the tools call it. */
  readonly names: readonly string[];
  /** What is wrong with this object; empty when nothing is. */
  find(resource: Resource, all: readonly Resource[]): readonly string[];
}
