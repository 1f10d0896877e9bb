// Offers as browsers write them, shortened.
import { describe, expect, it } from 'vitest';
import { shapeOf } from './sdp.js';

const lines = (...all: string[]): string => `${all.join('\r\n')}\r\n`;
const head = ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];
const audio = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=ice-ufrag:Ab/+', 'a=mid:0', 'a=rtpmap:111 opus/48000/2'];
const video = ['m=video 9 UDP/TLS/RTP/SAVPF 96 97', 'a=ice-ufrag:Ab/+', 'a=mid:1', 'a=recvonly'];
const codecs = ['a=rtpmap:45 AV1/90000', 'a=rtpmap:96 VP8/90000', 'a=rtpmap:97 rtx/90000'];

describe('the shape of an offer', () => {
  it('has the video section that takes VP8, every mid in order, and the ufrag', () => {
    expect(shapeOf(lines(...head, ...audio, ...video, ...codecs))).toEqual({
      video: { mid: '1', payloadType: 96 },
      mids: ['0', '1'],
      ufrag: 'Ab/+',
    });
  });

  it('has no video without VP8, in other sections, or where the viewer takes none', () => {
    expect(shapeOf(lines(...head, ...video, 'a=rtpmap:45 AV1/90000')).video).toBeUndefined();
    expect(shapeOf(lines(...head, ...audio, 'a=rtpmap:96 VP8/90000')).video).toBeUndefined();
    const sending = video.map((line) => line.replace('recvonly', 'sendonly'));
    expect(shapeOf(lines(...head, ...sending, ...codecs)).video).toBeUndefined();
  });

  it('takes the ufrag of the whole session where sections have none', () => {
    const bare = video.filter((line) => !line.includes('ufrag'));
    expect(shapeOf(lines(...head, 'a=ice-ufrag:whole', ...bare, ...codecs)).ufrag).toBe('whole');
  });

  it('is empty for anything else', () => {
    expect(shapeOf('')).toEqual({ video: undefined, mids: [], ufrag: '' });
  });
});
