// How watch sessions end: who hears of it, once, and with which reason.
import { describe, expect, it } from 'vitest';
import { candidate, offer, pair, SESSION, told } from './_pair.js';

describe('the end', () => {
  it('by the viewer is told to the camera, and to the viewer when it asked to hear of it', () => {
    const { camera, person, carry } = pair();
    person.say('end_watch', { session_id: SESSION }, { request_id: 'e' });
    camera.say('signal_ice', candidate(9));
    carry();
    expect(told(camera).slice(1)).toEqual([['watch_ended', { session_id: SESSION, reason: 'user_ended' }]]);
    camera.say('signal_ice', candidate(10));
    expect(camera.said.at(-1)?.payload).toMatchObject({ code: 'session_not_found' });
    expect(person.said.at(-1)).toMatchObject({
      type: 'watch_ended',
      request_id: 'e',
      payload: { session_id: SESSION, reason: 'user_ended' },
    });
    expect(person.progress).toEqual([{ is: 'ended', reason: 'user_ended' }]);
  });

  it('says nothing to a viewer who did not ask', () => {
    const { person, carry } = pair();
    person.say('end_watch', { session_id: SESSION });
    carry();
    expect(told(person)).toHaveLength(1);
  });

  it.each(['end_watch', 'watch_ended'])('by the camera’s %s is an error to the viewer', (type) => {
    const { camera, person, carry } = pair();
    camera.say(type, { session_id: SESSION });
    carry();
    expect(told(person).at(-1)).toEqual(['watch_ended', { session_id: SESSION, reason: 'error' }]);
    expect(camera.progress).toEqual([{ is: 'ended', reason: 'error' }]);
    expect(told(camera)).toHaveLength(1);
  });

  it.each([
    ['viewer', 'viewer_disconnected'],
    ['camera', 'device_disconnected'],
  ])('follows the loss of the %s', (side, reason) => {
    const { camera, person, carry } = pair();
    (side === 'viewer' ? person : camera).watch({ on: 'closed', leaving: false });
    carry();
    const other = side === 'viewer' ? camera : person;
    expect(told(other).at(-1)).toEqual(['watch_ended', { session_id: SESSION, reason }]);
    expect((side === 'viewer' ? person : camera).progress.at(-1)).toEqual({ is: 'ended', reason });
  });

  it('from both sides at once is told to each at most once', () => {
    const { camera, person, carry } = pair();
    person.say('end_watch', { session_id: SESSION });
    camera.say('end_watch', { session_id: SESSION });
    carry();
    for (const end of [camera, person]) {
      expect(told(end).filter(([type]) => type === 'watch_ended')).toEqual([]);
      expect(end.progress).toHaveLength(1);
    }
  });

  it('is found out from a signal that reaches nobody', () => {
    const { person } = pair();
    person.say('signal_offer', offer);
    const [sent] = person.out.splice(0);
    person.input({ on: 'answer', to: sent?.as ?? '', answer: { kind: 'signalled', outcome: 'gone' } });
    expect(told(person).at(-1)).toEqual([
      'watch_ended',
      { session_id: SESSION, reason: 'device_disconnected' },
    ]);
    expect(person.progress.at(-1)).toEqual({ is: 'ended', reason: 'device_disconnected' });
  });

  it('is not taken from a signal of which nobody knows what became of it', () => {
    const { person } = pair();
    person.say('signal_offer', offer);
    const [sent] = person.out.splice(0);
    person.input({ on: 'answer', to: sent?.as ?? '', answer: { kind: 'signalled', outcome: 'lost' } });
    expect(told(person).at(-1)).toEqual([
      'error',
      { message: 'Internal error', code: 'internal', session_id: SESSION },
    ]);
    person.say('signal_offer', offer);
    expect(person.out).toHaveLength(1);
  });
});
