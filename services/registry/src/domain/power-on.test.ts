// How a plug that comes back is switched.
import { describe, expect, it } from 'vitest';
import { type PlugArrival, switchOnArrival } from './power-on.js';

const nowMs = 1_000_000;
/** A plug that was there all along, as one that answers (v2) says hello again. */
const plug: PlugArrival = {
  instance: 'b',
  started: true,
  knownInstance: 'b',
  sameSession: false,
  previousEnd: 'idle',
  desiredOn: undefined,
  desiredUntilMs: undefined,
  powerOn: 'leave',
  lastOn: undefined,
  heard: false,
  nowMs,
};
const restarted = { knownInstance: 'a' };
const v1 = { instance: '', started: false, knownInstance: '' };

function on(...fields: Partial<PlugArrival>[]): boolean | undefined {
  return switchOnArrival(Object.assign({}, plug, ...fields));
}

describe('after a power cut', () => {
  it.each([
    ['on', {}, true],
    ['on', { lastOn: true }, true],
    ['on', { lastOn: true, heard: true }, undefined],
    ['on', { desiredOn: false }, true],
    ['off', {}, false],
    ['off', { lastOn: false, heard: true }, undefined],
    ['restore', { desiredOn: true, lastOn: false }, true],
    ['restore', { desiredOn: true, desiredUntilMs: nowMs - 1 }, true],
    ['restore', { lastOn: false }, false],
    ['restore', {}, undefined],
    ['leave', {}, undefined],
    ['leave', { desiredOn: true }, true],
    ['leave', { desiredOn: true, desiredUntilMs: nowMs }, undefined],
    ['leave', { desiredOn: false, lastOn: false }, false],
    ['leave', { desiredOn: false, lastOn: false, heard: true }, undefined],
  ] as const)('with the policy %s and %j', (powerOn, fields, expected) => {
    expect(on(restarted, { powerOn }, fields)).toBe(expected);
    expect(on(v1, { powerOn }, fields)).toBe(expected);
  });
});

it('what a plug said before holds as long as it says that it has not started anew', () => {
  const wanted = { desiredOn: true, lastOn: true };
  expect(on(wanted)).toBeUndefined();
  expect(on(wanted, { lastOn: false })).toBe(true);
  expect(on(wanted, restarted)).toBe(true);
  expect(on(wanted, v1, { previousEnd: 'drain' })).toBe(true);
});

describe('without a power cut', () => {
  it.each([
    ['the same start', {}],
    ['a start of which nothing is said', { started: false, ...restarted }],
    ['no session before', { ...v1, previousEnd: undefined }],
    ['another hello on the same session', { ...v1, sameSession: true }],
    ['a deploy', { ...v1, previousEnd: 'drain' }],
    ['a newer session', { ...v1, previousEnd: 'superseded' }],
    ['a replaced socket', { ...v1, previousEnd: 'replaced' }],
    ['a lost edge', { ...v1, previousEnd: 'edge_lost' }],
  ] as const)('because of %s, the policy says nothing', (_, fields) => {
    expect(on({ powerOn: 'on' }, fields)).toBeUndefined();
    expect(on({ powerOn: 'off', desiredOn: true }, fields)).toBe(true);
    expect(on({ powerOn: 'off', desiredOn: true, desiredUntilMs: nowMs + 1 }, fields)).toBe(true);
    expect(on({ powerOn: 'off', desiredOn: true, desiredUntilMs: nowMs }, fields)).toBeUndefined();
    expect(on({ powerOn: 'off', desiredOn: true, lastOn: true, heard: true }, fields)).toBeUndefined();
  });
});
