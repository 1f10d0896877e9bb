// Holds the rules that are in force in memory, so that readings which no rule watches cost one look per organization.
import type { AlarmRule } from './alarm-rule.js';

/** The rules of one organization by metric. */
export type RulesByMetric = ReadonlyMap<string, readonly AlarmRule[]>;

export class RuleBook {
  readonly #rules = new Map<string, AlarmRule>();
  readonly #byOrganization = new Map<string, Map<string, readonly AlarmRule[]>>();
  #silences = 0;

  /** Takes rules as they are now; one that is not enabled is put out of force. */
  take(rules: readonly AlarmRule[]): void {
    for (const rule of rules) {
      this.drop([rule.id]);
      if (rule.enabled) this.#put(rule);
    }
  }

  /** Puts rules out of force, such as those that are gone. */
  drop(ids: Iterable<string>): void {
    for (const id of ids) {
      const rule = this.#rules.get(id);
      if (rule === undefined) continue;
      this.#rules.delete(id);
      if (rule.condition === 'silence') this.#silences--;
      const { organizationId, metric } = rule;
      const metrics = this.#byOrganization.get(organizationId);
      const left = (metrics?.get(metric) ?? []).filter((each) => each.id !== id);
      if (left.length > 0) metrics?.set(metric, left);
      else metrics?.delete(metric);
      if (metrics?.size === 0) this.#byOrganization.delete(organizationId);
    }
  }

  /** Holds what another one holds, and nothing else. */
  become(other: RuleBook): void {
    this.drop([...this.#rules.keys()].filter((id) => !other.#rules.has(id)));
    this.take([...other.#rules.values()]);
  }

  /** What is in force in an organization; undefined when nothing is. */
  of(organizationId: string): RulesByMetric | undefined {
    return this.#byOrganization.get(organizationId);
  }

  /** Whether any rule waits for silence. */
  get listens(): boolean {
    return this.#silences > 0;
  }

  get size(): number {
    return this.#rules.size;
  }

  #put(rule: AlarmRule): void {
    const { organizationId, metric } = rule;
    this.#rules.set(rule.id, rule);
    if (rule.condition === 'silence') this.#silences++;
    const metrics = this.#byOrganization.get(organizationId) ?? new Map<string, readonly AlarmRule[]>();
    this.#byOrganization.set(organizationId, metrics.set(metric, [...(metrics.get(metric) ?? []), rule]));
  }
}
