// The Phoenix channel lifecycle of one socket: join, join again, leave, stale join refs, unmatched topics, the cap.
import type { Answer, Effect } from '../dialect.js';
import type { Channel, ChannelAction, ChannelTable, Outcome } from './channel.js';
import type { ClientMessage, Payload, Ref, ReplyStatus, ServerMessage } from './message.js';

/** Most channels open on one socket (nerveshub.md, 2.3). */
export const MAX_CHANNELS = 100;

/** Join ref of every open channel, by the topic as the client spelt it. */
export type OpenChannels = ReadonlyMap<string, Ref>;

/** An effect, or a message still to be encoded. */
export type Outgoing = Effect | { readonly do: 'say'; readonly message: ServerMessage };

/** The channels of a socket whose device is admitted. */
export interface Standing<C> {
  readonly open: OpenChannels;
  readonly context: C;
}

export interface Received<C> extends Standing<C> {
  readonly outgoing: readonly Outgoing[];
}

/** Answers one message. Topics of the table that are not open, and all others, are unmatched except for a join. */
export function receive<C>(
  table: ChannelTable<C>,
  open: OpenChannels,
  context: C,
  message: ClientMessage,
  now: number,
): Received<C> {
  const { topic, event } = message;
  if (typeof topic !== 'string' || typeof event !== 'string') {
    return { open, context, outgoing: unmatched(message) };
  }
  const channel = table.find(topic);
  if (event === 'phx_join') {
    return channel === undefined
      ? { open, context, outgoing: unmatched(message) }
      : join(channel, open, context, message, topic, now);
  }
  if (event === 'phx_leave') return leave(channel, open, context, message, topic, now);
  const joinRef = open.get(topic);
  if (channel === undefined || joinRef === undefined) return { open, context, outgoing: unmatched(message) };
  if (isStale(message.joinRef, joinRef)) return { open, context, outgoing: [STALE] };
  return carryOut(open, topic, channel.receive(context, event, message.payload, now), message);
}

/** Lets every open channel see something, in the order of joining. */
export function onEach<C>(
  table: ChannelTable<C>,
  { open, context }: Standing<C>,
  see: (channel: Channel<C>, context: C) => Outcome<C> | undefined,
): Received<C> {
  let received: Received<C> = { open, context, outgoing: [] };
  for (const topic of open.keys()) {
    const channel = table.find(topic);
    const outcome = channel && see(channel, received.context);
    if (outcome === undefined) continue;
    const next = carryOut(received.open, topic, outcome);
    received = { ...next, outgoing: [...received.outgoing, ...next.outgoing] };
  }
  return received;
}

/** Shows something to open channels until one takes it; undefined when none does. */
export function onFirst<C>(
  table: ChannelTable<C>,
  { open, context }: Standing<C>,
  take: (channel: Channel<C>, context: C) => Outcome<C> | undefined,
): Received<C> | undefined {
  for (const topic of open.keys()) {
    const channel = table.find(topic);
    const outcome = channel && take(channel, context);
    if (outcome !== undefined) return carryOut(open, topic, outcome);
  }
  return undefined;
}

/** Answers the message that `to` names; undefined for the name of something else. One whose channel was left is not. */
export function replyLate<C>(
  table: ChannelTable<C>,
  { open, context }: Standing<C>,
  to: string,
  answer: Answer,
): Received<C> | undefined {
  const late = lateOf(to);
  const responded = late && table.find(late.topic)?.respond?.(context, answer);
  if (late === undefined || responded === undefined) return undefined;
  const { topic, joinRef, ref } = late;
  const isOpen = open.has(topic) && String(open.get(topic)) === String(joinRef);
  const message = { kind: 'reply', joinRef, ref, topic, status: 'ok', response: responded.response } as const;
  return { open, context: responded.context, outgoing: isOpen ? [{ do: 'say', message }] : [] };
}

/** What a reply needs to know of the message that it answers, as the name of the question. */
interface Late {
  readonly topic: string;
  readonly joinRef: Ref;
  readonly ref: Ref;
}

const LATE = 'reply ';

function lateName(late: Late): string {
  return `${LATE}${JSON.stringify(late)}`;
}

function lateOf(name: string): Late | undefined {
  return name.startsWith(LATE) ? (JSON.parse(name.slice(LATE.length)) as Late) : undefined;
}

/** What a topic or event that is not there is answered with; the join ref is null even when one was sent. */
export function unmatched(message: ClientMessage): readonly Outgoing[] {
  const said = reply(message, null, 'error', { reason: 'unmatched topic' });
  return [said, { do: 'count', outcome: 'unrecognised', what: 'topic' }];
}

/** Answers `message` under the join ref given and the ref it came with. */
export function reply(
  message: ClientMessage,
  joinRef: Ref,
  status: ReplyStatus,
  response: Payload,
): Outgoing {
  const { ref, topic } = message;
  return { do: 'say', message: { kind: 'reply', joinRef, ref, topic, status, response } };
}

function join<C>(
  channel: Channel<C>,
  open: OpenChannels,
  context: C,
  message: ClientMessage,
  topic: string,
  now: number,
): Received<C> {
  const { joinRef, ref, payload } = message;
  const isOpen = open.has(topic);
  if (!isOpen && open.size >= MAX_CHANNELS) {
    const refusal = reply(message, joinRef, 'error', { reason: 'too many channels joined' });
    return { open, context, outgoing: [refusal, { do: 'count', outcome: 'refused', what: 'channel_cap' }] };
  }
  const outcome = channel.join(context, topic, payload, now);
  // The new join is answered first and the one it replaces is closed after it, even when the new one is refused.
  const answers = [reply(message, joinRef, outcome.status, outcome.response)];
  if (isOpen) answers.push(closing(topic, open.get(topic) ?? null, 'phx_close', {}));
  const rest = new Map(open);
  rest.delete(topic);
  if (outcome.status === 'ok') rest.set(topic, joinRef ?? ref);
  const after = carryOut(rest, topic, outcome);
  return { ...after, outgoing: [...answers, ...after.outgoing] };
}

function leave<C>(
  channel: Channel<C> | undefined,
  open: OpenChannels,
  context: C,
  message: ClientMessage,
  topic: string,
  now: number,
): Received<C> {
  const joinRef = open.get(topic);
  if (joinRef === undefined) return { open, context, outgoing: [reply(message, message.joinRef, 'ok', {})] };
  if (isStale(message.joinRef, joinRef)) return { open, context, outgoing: [STALE] };
  const answers = [
    reply(message, message.joinRef ?? joinRef, 'ok', {}),
    closing(topic, joinRef, 'phx_close', {}),
  ];
  const rest = without(open, topic);
  const left = channel?.leave?.(context, 'left', now);
  if (left === undefined) return { open: rest, context, outgoing: answers };
  const after = carryOut(rest, topic, left);
  return { ...after, outgoing: [...answers, ...after.outgoing] };
}

const STALE: Outgoing = { do: 'count', outcome: 'ignored', what: 'stale_join_ref' };

/** Refs are compared as text; a null one is the habit of old clients and never stale (nerveshub.md, 2.3). */
function isStale(given: Ref, joinRef: Ref): boolean {
  return given !== null && String(given) !== String(joinRef);
}

/** Turns a channel's actions into what goes out, in their order. Nothing is said on a channel after its end. */
function carryOut<C>(
  open: OpenChannels,
  topic: string,
  outcome: Outcome<C>,
  answering?: ClientMessage,
): Received<C> {
  const joinRef = open.get(topic) ?? null;
  const outgoing: Outgoing[] = [];
  for (const action of outcome.actions) {
    const said = say(action, topic, joinRef, answering);
    if (said !== undefined) outgoing.push(said);
    if (action.do === 'stop' || action.do === 'crash') {
      return { open: without(open, topic), context: outcome.context, outgoing };
    }
  }
  return { open, context: outcome.context, outgoing };
}

function say(
  action: ChannelAction,
  topic: string,
  joinRef: Ref,
  answering?: ClientMessage,
): Outgoing | undefined {
  switch (action.do) {
    case 'reply':
      if (answering === undefined) return undefined;
      return reply(answering, answering.joinRef ?? joinRef, action.status, action.response);
    case 'reply_later': {
      if (answering === undefined) return undefined;
      const as = lateName({ topic, joinRef: answering.joinRef ?? joinRef, ref: answering.ref });
      return { do: 'ask', as, question: action.question };
    }
    case 'push':
      return {
        do: 'say',
        message: { kind: 'push', joinRef, topic, event: action.event, payload: action.payload },
      };
    case 'broadcast':
      return {
        do: 'say',
        message: { kind: 'broadcast', topic, event: action.event, payload: action.payload },
      };
    case 'stop':
      return closing(topic, joinRef, 'phx_close', {});
    case 'crash':
      return closing(topic, joinRef, 'phx_error', { reason: 'channel_crash' });
    default:
      return action;
  }
}

function closing(
  topic: string,
  joinRef: Ref,
  event: 'phx_close' | 'phx_error',
  payload: { reason?: string },
): Outgoing {
  return { do: 'say', message: { kind: 'closing', joinRef, topic, event, payload } };
}

function without(open: OpenChannels, topic: string): OpenChannels {
  const rest = new Map(open);
  rest.delete(topic);
  return rest;
}
