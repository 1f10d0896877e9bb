// A camera and a viewer that say what a test wants, as the seed's messages go over their sockets.
import { eventually } from '@mooring/harness';
import { Peer } from './_peer.js';

export interface WatchMessage {
  readonly type: string;
  readonly request_id?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Said by a browser's offer and a camera's answer; nobody reads them here. */
export const offer = { type: 'offer', sdp: 'v=0\r\no=- 123456789 2 IN IP4 127.0.0.1\r\n' };
export const answer = { type: 'answer', sdp: 'v=0\r\no=- 987654321 2 IN IP4 127.0.0.1\r\n' };

export class WatchPeer {
  readonly peer: Peer;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  get messages(): readonly WatchMessage[] {
    return this.peer.received.map((text) => JSON.parse(text) as WatchMessage);
  }

  say(type: string, payload: object, requestId?: string): void {
    const request = requestId === undefined ? {} : { request_id: requestId };
    this.peer.send({ type, ...request, ts: new Date().toISOString(), payload });
  }

  /** The first message of that type, about that session where one is named; waits for it. */
  hears(type: string, sessionId?: string, withinMs = 10_000): Promise<WatchMessage> {
    const isMeant = (message: WatchMessage): boolean =>
      message.type === type && (sessionId === undefined || message.payload['session_id'] === sessionId);
    return eventually(() => this.messages.find(isMeant), { what: `${type} ${sessionId ?? ''}`, withinMs });
  }

  /** Types of what it heard about a session, in order. */
  heard(sessionId: string): readonly string[] {
    return this.messages.filter(({ payload }) => payload['session_id'] === sessionId).map(({ type }) => type);
  }

  end(): void {
    this.peer.end();
  }
}

export async function camera(edge: string, identifier: string, hello: object = {}): Promise<WatchPeer> {
  const device = new WatchPeer(await Peer.open(`${edge}/ws/device`));
  device.say('hello', { device_id: identifier, ...hello });
  await device.hears('hello_ack');
  return device;
}

export async function viewer(edge: string, token: string, hello: object = {}): Promise<WatchPeer> {
  const person = new WatchPeer(await Peer.open(`${edge}/ws/viewer`));
  person.say('hello', { token, ...hello });
  await person.hears('hello_ack');
  return person;
}

let requests = 0;

/** What somebody is answered who asks to watch. */
export async function asked(person: WatchPeer, device: string): Promise<WatchMessage> {
  const id = `w${++requests}`;
  person.say('watch_request', { device_id: device }, id);
  return eventually(() => person.messages.find((message) => message.request_id === id), {
    what: `the answer to ${id}`,
  });
}

/** A session with an offer and its answer exchanged. */
export async function watched(person: WatchPeer, device: WatchPeer, identifier: string): Promise<string> {
  const ready = await asked(person, identifier);
  if (ready.type !== 'watch_ready') throw new Error(`${identifier} is not watched: ${JSON.stringify(ready)}`);
  const sessionId = String(ready.payload['session_id']);
  person.say('signal_offer', { session_id: sessionId, sdp: offer });
  await device.hears('signal_offer', sessionId);
  device.say('signal_answer', { session_id: sessionId, sdp: answer });
  await person.hears('signal_answer', sessionId);
  return sessionId;
}
