// What one kind of channel has to answer: joins, messages and timers, as values that the channel layer carries out.
import type { AdmittedDevice, Answer, CommandAction, Delivered, Effect, Question } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import type { Payload, ReplyStatus, Scalar } from './message.js';

/** An effect of the dialect, or something said on the channel, or the channel's end. */
export type ChannelAction =
  | Effect
  /** Answers the message being received. On any other occasion there is nothing to answer and it is dropped. */
  | { readonly do: 'reply'; readonly status: ReplyStatus; readonly response: Payload }
  /** Asks, and answers the message being received with what the channel makes of the answer. */
  | { readonly do: 'reply_later'; readonly question: Question }
  | { readonly do: 'push' | 'broadcast'; readonly event: string; readonly payload: Payload }
  /** Ends the channel as finished (`phx_close`). */
  | { readonly do: 'stop' }
  /** Ends the channel as broken (`phx_error`); clients join again by themselves. */
  | { readonly do: 'crash' };

/** A command with its name on the wire. */
export interface NumberedAction {
  readonly number: number;
  readonly action: CommandAction;
}

export interface Outcome<C> {
  readonly context: C;
  readonly actions: readonly ChannelAction[];
}

export interface Joined<C> extends Outcome<C> {
  /** `error` refuses the join; `actions` follow the reply in either case. */
  readonly status: ReplyStatus;
  readonly response: Payload;
}

/** Behaviour of a channel. `C` is what all channels of one socket share. Every function is total. */
export interface Channel<C> {
  join(context: C, topic: string, payload: Payload, now: number): Joined<C>;
  receive(context: C, event: Scalar, payload: Payload, now: number): Outcome<C>;
  /** Called on every open channel; acts only on the timers it armed itself. */
  tick?(context: C, timer: string, now: number): Outcome<C>;
  /** The response to the message that was to be answered later. */
  respond?(context: C, answer: Answer): { readonly context: C; readonly response: Payload };
  /** What becomes of a command; undefined when it is not for this channel. */
  execute?(context: C, command: NumberedAction): readonly ChannelAction[] | undefined;
  /** Undefined when what is delivered is not for this channel. Called on open channels until one takes it. */
  deliver?(context: C, input: Delivered, now: number): Outcome<C> | undefined;
  /** Called on every open channel; acts only on what became of its own signals. */
  signalled?(context: C, to: string, outcome: SignalOutcome, now: number): Outcome<C>;
  /** The device leaves the channel, or its connection is gone: what others have to hear of it. */
  leave?(context: C, why: 'left' | 'gone', now: number): Outcome<C>;
}

/** Which channels there are. */
export interface ChannelTable<C> {
  /** The context of a socket whose device was just admitted. */
  begin(device: AdmittedDevice): C;
  /** The channel that a topic names, if any. */
  find(topic: string): Channel<C> | undefined;
}

export function joined<C>(context: C, response: Payload, actions: readonly ChannelAction[] = []): Joined<C> {
  return { status: 'ok', response, context, actions };
}

export function nothing<C>(context: C): Outcome<C> {
  return { context, actions: [] };
}
