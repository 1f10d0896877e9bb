// Real video between two ends of the WebRTC library over this machine's own network, without a platform in between.
import { Video as Media, PeerConnection, type Track } from 'node-datachannel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject } from '../json.js';
import { Observations } from '../observations.js';
import type { Peer, PeerEvents } from './peer.js';
import { loadVideo, type Video } from './video.js';

let video: Video;
beforeAll(async () => {
  video = await loadVideo();
});
afterAll(() => video.close());

/** A viewer that counts RTP packets, joined to a camera's peer as signaling would join them. */
function viewer() {
  const seen = new Observations<Buffer>(2_000);
  const said: string[] = [];
  const connection = new PeerConnection('viewer', { iceServers: [] });
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
    peer.candidate({ candidate: line.replace(/^a=/, ''), sdpMid: mid, sdpMLineIndex: 0 });
  });
  connection.onLocalDescription((sdp) => peer.offer(sdp));
  connection.setLocalDescription('offer');
  const close = (): void => {
    peer.close();
    connection.close();
  };
  return { connection, peer, said, seen, close };
}

describe('a peer with video', () => {
  it('answers first, then says its candidates and their end', async () => {
    const { said, seen, close } = viewer();
    await seen.until(() => said.includes('end'), 'the end of candidates');
    expect(said[0]).toBe('answer');
    expect(said.at(-1)).toBe('end');
    expect(said.slice(1, -1).every((each) => each === 'candidate')).toBe(true);
    close();
  });

  it('sends whole frames to several viewers, each from the first one on', async () => {
    const viewers = [viewer(), viewer(), viewer()];
    for (const { seen, close } of viewers) {
      await seen.until(() => seen.receivedCount > 30, 'packets', 10_000);
      const [first] = seen.received;
      // The start of a frame, that begins with a key frame's start code.
      expect(first?.[12]).toBe(0x90);
      expect(first?.subarray(16 + 3, 16 + 6)).toEqual(Buffer.from([0x9d, 0x01, 0x2a]));
      const sequence = seen.received.map((packet) => packet.readUInt16BE(2));
      expect(new Set(sequence).size).toBe(sequence.length);
      close();
    }
  });

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

  it('sends nothing more once it is closed', async () => {
    const { connection, peer, seen } = viewer();
    await seen.until(() => seen.receivedCount > 0, 'a packet', 10_000);
    peer.close();
    peer.candidate({ candidate: 'candidate:1', sdpMid: '0' });
    peer.offer('v=0\r\n');
    await seen.until(() => connection.state() !== 'connected', 'the end', 10_000).catch(() => undefined);
    const count = seen.receivedCount;
    connection.close();
    expect(seen.receivedCount).toBe(count);
  });
});
