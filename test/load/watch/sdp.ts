// Messages of the size that browsers send: what is measured is the way, so what they say does not matter.

/** Bytes of a receive-only offer of Chromium, of a camera's answer, and of one candidate (camera.md 2). */
const OFFER_BYTES = 5_487;
const ANSWER_BYTES = 2_000;
const CANDIDATES = 4;

const padded = (bytes: number): string => 'v=0\r\n'.padEnd(bytes, 'a=x\r\n');

export const offer = { type: 'offer', sdp: padded(OFFER_BYTES) };
export const answer = { type: 'answer', sdp: padded(ANSWER_BYTES) };

/** The candidates that one side sends after its description. */
export const candidates = Array.from({ length: CANDIDATES }, (_, n) => ({
  candidate: `candidate:${n} 1 udp 2122260223 192.0.2.${n} 50000 typ host generation 0 ufrag abcd`,
  sdpMid: '0',
  sdpMLineIndex: 0,
}));
