// Phoenix channels as strictly as Slipstream reads them: refs, joins and heartbeats must match exactly.
import { isList, isObject, type Json, type JsonObject } from '../json.js';

/** A message as it came: `[join_ref, ref, topic, event, payload]`. */
export interface PhoenixMessage {
  readonly joinRef: Json;
  readonly ref: Json;
  readonly topic: string;
  readonly event: string;
  readonly payload: Json;
}

/** What a message means to the device. */
export type Meaning =
  | { readonly is: 'heartbeat_reply' }
  | { readonly is: 'joined'; readonly topic: string; readonly response: Json }
  | { readonly is: 'join_failed'; readonly topic: string; readonly response: Json }
  /** The channel crashed: it is joined again after 5 s. */
  | { readonly is: 'channel_error'; readonly topic: string }
  | { readonly is: 'channel_closed'; readonly topic: string }
  | { readonly is: 'event'; readonly topic: string; readonly event: string; readonly payload: JsonObject }
  | { readonly is: 'ignored' }
  /** A real device's connection would not have survived this. */
  | { readonly is: 'violation'; readonly what: string };

/** The message that a frame's value is; undefined when it is no list of five. */
export function readMessage(value: Json | undefined): PhoenixMessage | undefined {
  if (!isList(value) || value.length < 5) return undefined;
  const [joinRef = null, ref = null, topic, event, payload = null] = value;
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined;
  return { joinRef, ref, topic, event, payload };
}

/** The refs of one socket. A new socket starts with a new one. */
export class Channels {
  readonly #send: (message: readonly Json[]) => void;
  readonly #joins = new Map<string, { readonly ref: string; joined: boolean }>();
  #lastRef = 0;
  #heartbeatRef: string | undefined;

  constructor(send: (message: readonly Json[]) => void) {
    this.#send = send;
  }

  join(topic: string, payload: JsonObject): void {
    const ref = this.#nextRef();
    this.#joins.set(topic, { ref, joined: false });
    this.#write(ref, ref, topic, 'phx_join', payload);
  }

  /** Dropped when the channel is not joined. */
  push(topic: string, event: string, payload: JsonObject): void {
    const join = this.#joins.get(topic);
    if (join?.joined) this.#write(join.ref, this.#nextRef(), topic, event, payload);
  }

  isJoined(topic: string): boolean {
    return this.#joins.get(topic)?.joined ?? false;
  }

  /** False when the last heartbeat is still unanswered, which ends the connection. */
  heartbeat(): boolean {
    if (this.#heartbeatRef !== undefined) return false;
    this.#heartbeatRef = this.#nextRef();
    this.#write(null, this.#heartbeatRef, 'phoenix', 'heartbeat', {});
    return true;
  }

  understand(message: PhoenixMessage): Meaning {
    const { topic, event, ref, payload } = message;
    if (event === 'phx_reply')
      return topic === 'phoenix' ? this.#heartbeatReply(message) : this.#reply(message);
    if (event === 'phx_error') return this.#channelError(message);
    if (event === 'phx_close') return this.#channelClosed(message);
    if (ref !== null) return { is: 'violation', what: `${event} with a ref, which answers nothing` };
    if (!isObject(payload)) return { is: 'violation', what: `${event} with a payload that is no object` };
    return { is: 'event', topic, event, payload };
  }

  #heartbeatReply({ ref, payload }: PhoenixMessage): Meaning {
    if (ref !== this.#heartbeatRef) return { is: 'violation', what: 'a heartbeat reply with another ref' };
    const { status, response } = isObject(payload) ? payload : {};
    if (status !== 'ok' || !isEmpty(response))
      return { is: 'violation', what: 'a heartbeat reply that is not empty' };
    this.#heartbeatRef = undefined;
    return { is: 'heartbeat_reply' };
  }

  #reply({ joinRef, ref, topic, payload }: PhoenixMessage): Meaning {
    const join = this.#joins.get(topic);
    if (join === undefined || join.ref !== ref) return { is: 'ignored' };
    const { status, response = null } = isObject(payload) ? payload : {};
    if (status !== 'ok') return { is: 'join_failed', topic, response };
    if (joinRef !== ref)
      return { is: 'violation', what: `a join of ${topic} answered with another join ref` };
    join.joined = true;
    return { is: 'joined', topic, response };
  }

  #channelError({ ref, topic }: PhoenixMessage): Meaning {
    const join = this.#joins.get(topic);
    if (join === undefined || join.ref !== ref) {
      return { is: 'violation', what: 'phx_error whose ref is not that of the join' };
    }
    this.#joins.delete(topic);
    return { is: 'channel_error', topic };
  }

  #channelClosed({ ref, topic, payload }: PhoenixMessage): Meaning {
    if (ref === null || !isEmpty(payload))
      return { is: 'violation', what: 'phx_close without ref, or not empty' };
    // The close of an earlier join of the same topic is about a channel that is gone already.
    if (this.#joins.get(topic)?.ref !== ref) return { is: 'ignored' };
    this.#joins.delete(topic);
    return { is: 'channel_closed', topic };
  }

  #nextRef(): string {
    this.#lastRef += 1;
    return String(this.#lastRef);
  }

  #write(joinRef: string | null, ref: string, topic: string, event: string, payload: JsonObject): void {
    this.#send([joinRef, ref, topic, event, payload]);
  }
}

function isEmpty(value: Json | undefined): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
