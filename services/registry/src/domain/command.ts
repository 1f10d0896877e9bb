// What a command is to the registry: its states, and what making one takes.
import type { bus } from '@mooring/proto';
import type { JsonObject } from './json.js';

/** Where a command stands. */
export const CommandState = {
  /** It waits for its device, its turn or its next attempt. */
  queued: 'queued',
  sent: 'sent',
  /** The device has it: stored in a printer, say. */
  acknowledged: 'acknowledged',
  succeeded: 'succeeded',
  failed: 'failed',
  /** The device did not come in time. */
  expired: 'expired',
  cancelled: 'cancelled',
  /** It was sent and nothing was heard; evidence or a late answer may still say more. */
  unconfirmed: 'unconfirmed',
} as const;
export type CommandState = (typeof CommandState)[keyof typeof CommandState];

/** What makes commands besides people and API keys. */
export type CommandMaker = 'schedule' | 'desired' | 'claim' | 'alarm' | 'print_key';

/** A command to be queued. */
export interface NewCommand {
  readonly deviceId: string;
  readonly organizationId: string;
  /** As the API names it. */
  readonly type: string;
  /** What may be shown of it: no secrets, no images. */
  readonly params: JsonObject;
  readonly action: NonNullable<bus.Command['action']>;
  /** A person's or API key's id, or what made it. */
  readonly actor: string;
  /** Until then it may wait for its device. */
  readonly expiresAt: Date;
  readonly timeoutS?: number | undefined;
  /** W3C trace context of what led to it; empty when none. */
  readonly traceparent: string;
}

/** A command as people see it. */
export interface Command {
  readonly id: string;
  /** Names it on the wire. */
  readonly number: number;
  readonly deviceId: string;
  readonly organizationId: string;
  readonly type: string;
  readonly params: JsonObject;
  readonly state: CommandState;
  /** Why it failed; empty otherwise. */
  readonly code: string;
  readonly result: JsonObject | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly actor: string;
  /** Empty in lists. */
  readonly timeline: readonly CommandStep[];
}

export interface CommandStep {
  readonly at: Date;
  readonly state: CommandState;
  readonly detail: string;
}

const states: ReadonlySet<string> = new Set(Object.values(CommandState));

export function isCommandState(value: string): value is CommandState {
  return states.has(value);
}
