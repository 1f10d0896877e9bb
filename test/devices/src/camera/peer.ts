// One viewer as a camera sees it: what it is told, and what it says in reply. With video, or with texts only.
import type { Json, JsonObject } from '../json.js';

/** The camera's end of one watch session. Calls after `close` do nothing. */
export interface Peer {
  /** May come again: an ICE restart, or another agreement on the same connection. */
  offer(sdp: string): void;
  /** An ICE candidate of the viewer; null and one without text end the candidates. */
  candidate(candidate: Json): void;
  close(): void;
}

export interface PeerEvents {
  answer(sdp: string): void;
  /** Comes after the answer; null says that there are no more. */
  candidate(candidate: JsonObject | null): void;
  /** It cannot answer; the session is over. */
  failed(why: string): void;
  /** Something went wrong that the session outlives; for the log. */
  unusable(what: string): void;
}

export interface PeerOptions {
  /** As signaling sent them: `[{urls, username?, credential?}]`. */
  readonly iceServers: Json;
  readonly events: PeerEvents;
}

/** Makes the camera's end of a session. */
export type MakePeer = (options: PeerOptions) => Peer;

/** Answers every offer with one text and one candidate, and sends no video: for tests and load of signaling alone. */
export const textPeer: MakePeer = ({ events }) => {
  let offers = 0;
  let isClosed = false;
  return {
    offer: () => {
      if (isClosed) return;
      offers += 1;
      events.answer(`v=0\r\no=- 1 ${offers} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n`);
      events.candidate({
        candidate: `candidate:1 1 UDP 2122317823 127.0.0.1 ${40_000 + offers} typ host`,
        sdpMid: '0',
        sdpMLineIndex: 0,
      });
      events.candidate(null);
    },
    candidate: () => undefined,
    close: () => {
      isClosed = true;
    },
  };
};

/** Turns every viewer away with a sentence. */
export function refusingPeer(why: string): MakePeer {
  return ({ events }) => ({
    offer: () => events.failed(why),
    candidate: () => undefined,
    close: () => undefined,
  });
}
