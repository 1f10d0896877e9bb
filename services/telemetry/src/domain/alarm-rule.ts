// What an alarm rule is, and which rules may be kept.
import { Fault, type FaultDetail } from '@mooring/runtime';
import { ENERGY, isMetricName } from './metric.js';

export const conditions = ['above', 'below', 'silence'] as const;
export type Condition = (typeof conditions)[number];

/** What else happens when an alarm is raised; empty: nothing. */
export const actions = ['', 'switch_off'] as const;
export type AlarmAction = (typeof actions)[number];

/** What of a rule may be changed. */
export interface RuleTerms {
  readonly name: string;
  /** In the metric's unit; 0 for silence. */
  readonly threshold: number;
  /** Seconds, 0 to 7 days; for silence at least 15. */
  readonly forS: number;
  /** How far back across the threshold clears; at least 0; 0 for silence. */
  readonly hysteresis: number;
  readonly action: AlarmAction;
  readonly enabled: boolean;
}

/** A rule that is yet to be kept. */
export interface NewRule extends RuleTerms {
  readonly organizationId: string;
  /** The one device that it watches; absent: every device of the organization. */
  readonly device?: { readonly id: string; readonly number: bigint };
  readonly metric: string;
  readonly condition: Condition;
}

export interface AlarmRule extends NewRule {
  readonly id: string;
  readonly createdAtMs: number;
}

const MAX_NAME = 120;
const MAX_FOR_S = 7 * 86_400;
/** Shorter than that, an ordinary reconnect is silence. */
const MIN_SILENCE_S = 15;
/** The bound of stored values. */
const MAX_VALUE = 1e150;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNFIT = /[\u0000-\u001f\u007f-\u009f]|\p{Surrogate}/u;

/** Whether a text can be a name of at most `max` characters that people read. */
export function isName(name: string, max = MAX_NAME): boolean {
  return name.trim() === name && name !== '' && name.length <= max && !UNFIT.test(name);
}

/** The rule itself. Fault `invalid` with a detail per problem. */
export function checkRule<T extends Omit<NewRule, 'organizationId' | 'device'>>(rule: T): T {
  const details: FaultDetail[] = [];
  const need = (holds: boolean, field: string, message: string): void => {
    if (!holds) details.push({ field, message });
  };
  const silence = rule.condition === 'silence';
  const bounded = (value: number): boolean => Number.isFinite(value) && Math.abs(value) <= MAX_VALUE;
  need(isName(rule.name), 'name', `must have 1 to ${MAX_NAME} characters, none of them control characters`);
  need(isMetricName(rule.metric), 'metric', 'must be lower case letters, digits and _, 64 at most');
  need(rule.metric !== ENERGY, 'metric', `is computed from power: watch the power, or a meter`);
  need(conditions.includes(rule.condition), 'condition', `must be one of ${conditions.join(', ')}`);
  need(actions.includes(rule.action), 'action', 'must be switch_off or absent');
  need(bounded(rule.threshold), 'threshold', 'must be a finite number');
  need(bounded(rule.hysteresis) && rule.hysteresis >= 0, 'hysteresis', 'must be at least 0');
  need(!silence || rule.threshold === 0, 'threshold', 'does not belong to silence');
  need(!silence || rule.hysteresis === 0, 'hysteresis', 'does not belong to silence');
  const leastS = silence ? MIN_SILENCE_S : 0;
  const fits = Number.isInteger(rule.forS) && rule.forS >= leastS && rule.forS <= MAX_FOR_S;
  need(fits, 'for_s', `must be from ${leastS} to ${MAX_FOR_S} seconds`);
  const [first] = details;
  if (first !== undefined) throw new Fault('invalid', `${first.field} ${first.message}`, { details });
  return rule;
}
