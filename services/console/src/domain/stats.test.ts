// What a report says about the picture and its way.
import { describe, expect, it } from 'vitest';
import { sampleOf } from './stats.js';

const video = (more: object) => ({ type: 'inbound-rtp', kind: 'video', id: 'v', ...more });
const local = { type: 'local-candidate', id: 'l', candidateType: 'relay' };
const remote = { type: 'remote-candidate', id: 'r', candidateType: 'host' };
const pair = { type: 'candidate-pair', id: 'p', localCandidateId: 'l', remoteCandidateId: 'r' };

describe('a sample', () => {
  it('of nothing has nothing', () => {
    expect(sampleOf([], 1_000)).toEqual({
      sampledAtMs: 1_000,
      framesDecoded: 0,
      framesPerSecond: null,
      width: null,
      height: null,
      bytesReceived: 0,
      bitsPerSecond: null,
      packetsLost: 0,
      localCandidateType: null,
      remoteCandidateType: null,
      roundTripMs: null,
    });
  });

  it('names the chosen pair as Chromium reports it', () => {
    const transport = { type: 'transport', id: 't', selectedCandidatePairId: 'p' };
    const other = { ...pair, id: 'o', localCandidateId: 'r', selected: true };
    const report = [other, { ...pair, currentRoundTripTime: 0.025 }, local, remote, transport];
    expect(sampleOf(report, 0)).toMatchObject({
      localCandidateType: 'relay',
      remoteCandidateType: 'host',
      roundTripMs: 25,
    });
  });

  it('names it as Firefox reports it', () => {
    const report = [{ ...pair, id: 'o', selected: false }, { ...pair, selected: true }, local, remote];
    expect(sampleOf(report, 0)).toMatchObject({ localCandidateType: 'relay', remoteCandidateType: 'host' });
  });

  it('has rates since the one before', () => {
    const before = sampleOf([video({ framesDecoded: 10, bytesReceived: 1_000 })], 1_000);
    const report = [video({ framesDecoded: 40, bytesReceived: 26_000, frameWidth: 640, frameHeight: 480 })];
    expect(sampleOf(report, 3_000, before)).toMatchObject({
      framesDecoded: 40,
      framesPerSecond: 15,
      bitsPerSecond: 100_000,
      width: 640,
      height: 480,
    });
  });

  it('prefers the rate that the browser knows, and has none backwards', () => {
    const before = sampleOf([video({ framesDecoded: 90, bytesReceived: 9_000 })], 1_000);
    const report = [video({ framesDecoded: 5, bytesReceived: 10, framesPerSecond: 29.5 })];
    expect(sampleOf(report, 2_000, before)).toMatchObject({ framesPerSecond: 29.5, bitsPerSecond: null });
    expect(sampleOf(report, 1_000, before).bitsPerSecond).toBeNull();
  });

  it('does not take sound for a picture', () => {
    const sound = { type: 'inbound-rtp', kind: 'audio', framesDecoded: 3, bytesReceived: 8 };
    expect(sampleOf([sound], 0)).toMatchObject({ framesDecoded: 0, bytesReceived: 0 });
  });
});
