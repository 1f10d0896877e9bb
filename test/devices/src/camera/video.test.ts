// Real video between two ends of the WebRTC library over this machine's own network, without a platform in between.
import { Video as Media, PeerConnection, type Track } from 'node-datachannel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonObject } from '../json.js';
import { Observations } from '../observations.js';
import { HeldConnections } from './held.js';
import type { Peer, PeerEvents } from './peer.js';
import { loadVideo, type Video } from './video.js';

const PATIENCE_MS = 10_000;

let video: Video;
const held = new HeldConnections();
const open: (() => void)[] = [];
beforeAll(async () => {
  video = await loadVideo();
});
afterEach(() => {
  for (const close of open.splice(0)) close();
});
afterAll(async () => {
  await held.ended();
  await video.close();
});

/** A viewer that counts RTP packets, joined to a camera's peer as signaling would join them. */
function viewer() {
  const seen = new Observations<Buffer>(2_000);
  const said: string[] = [];
  const gathered: JsonObject[] = [];
  const connection = new PeerConnection('viewer', { iceServers: [], disableAutoNegotiation: true });
  const media = new Media('v0', 'RecvOnly');
  media.addVP8Codec(98);
  const track: Track = connection.addTrack(media);
  track.onMessage((packet) => {
    // RTCP packet types lie from 192 to 223.
    if (((packet[1] ?? 0) & 0x7f) === 98) seen.take(packet);
  });
  const events: PeerEvents = {
    answer: (sdp) => {
      said.push('answer');
      connection.setRemoteDescription(sdp, 'answer');
      // This end cannot be called before it knows who calls: it would take the camera for a stranger and hang up.
      for (const candidate of gathered) peer.candidate(candidate);
      seen.changed();
    },
    candidate: (candidate) => {
      said.push(candidate === null ? 'end' : 'candidate');
      if (isObject(candidate)) {
        expect(candidate['candidate']).toMatch(/^candidate:/);
        expect(candidate['sdpMLineIndex']).toBe(0);
        connection.addRemoteCandidate(String(candidate['candidate']), String(candidate['sdpMid']));
      }
      seen.changed();
    },
    failed: (why) => said.push(`failed: ${why}`),
    unusable: (what) => said.push(`unusable: ${what}`),
  };
  const peer: Peer = video.peer({ iceServers: [], events });
  connection.onLocalCandidate((line, mid) => {
    const candidate = { candidate: line.replace(/^a=/, ''), sdpMid: mid, sdpMLineIndex: 0 };
    if (said.includes('answer')) peer.candidate(candidate);
    else gathered.push(candidate);
  });
  connection.onLocalDescription((sdp) => peer.offer(sdp));
  connection.setLocalDescription('offer');
  held.hold({ connection, track });
  open.push(() => {
    peer.close();
    held.close({ connection, track });
  });
  return { peer, said, seen };
}

describe('a peer with video', () => {
  it('answers first, then says its candidates and their end', async () => {
    const { said, seen } = viewer();
    await seen.until(() => said.includes('end'), 'the end of candidates');
    expect(said[0]).toBe('answer');
    expect(said.at(-1)).toBe('end');
    expect(said.length).toBeGreaterThan(2);
    expect(new Set(said.slice(1, -1))).toEqual(new Set(['candidate']));
  });

  it('sends whole frames to several viewers, each from the first one on', async () => {
    const viewers = [viewer(), viewer(), viewer()];
    for (const { seen } of viewers) {
      await seen.until(() => seen.receivedCount > 15, 'packets', PATIENCE_MS);
      const [first] = seen.received;
      // The start of a frame, that begins with a key frame's start code.
      expect(first?.[12]).toBe(0x90);
      expect(first?.subarray(16 + 3, 16 + 6)).toEqual(Buffer.from([0x9d, 0x01, 0x2a]));
      const sequence = seen.received.map((packet) => packet.readUInt16BE(2));
      expect(new Set(sequence).size).toBe(sequence.length);
    }
  }, 20_000);

  it('refuses an offer that takes no VP8, and one that is none, without quoting it', () => {
    const failures: string[] = [];
    const ignore = () => undefined;
    const events = { answer: ignore, candidate: ignore, unusable: ignore };
    const offer = (sdp: string) =>
      video.peer({ iceServers: [], events: { ...events, failed: (why) => failures.push(why) } }).offer(sdp);
    offer('v=0\r\n');
    offer('m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=rtpmap:96 VP8/90000\r\na=secret\r\n');
    expect(failures).toEqual(['The offer takes no VP8 video', 'The offer cannot be answered']);
  });

  it('sends nothing more once it is closed, and others go on', async () => {
    const [first, second] = [viewer(), viewer()];
    await first.seen.until(() => first.seen.receivedCount > 0, 'a packet', PATIENCE_MS);
    first.peer.close();
    first.peer.candidate({ candidate: 'candidate:1', sdpMid: '0' });
    first.peer.offer('v=0\r\n');
    const more = async (): Promise<void> => {
      const { seen } = second;
      const count = seen.receivedCount;
      await seen.until(() => seen.receivedCount > count + 5, 'packets', PATIENCE_MS);
    };
    // What was on its way has arrived before these.
    await more();
    const count = first.seen.receivedCount;
    await more();
    expect(first.seen.receivedCount).toBe(count);
    expect(first.said.filter((each) => /failed|unusable/.test(each))).toEqual([]);
  }, 30_000);
});
