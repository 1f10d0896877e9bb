// Says in words what watching is at, what is wrong and what can be done about it.
import type { ProblemCode } from '../domain/problem.js';
import type { WatchState } from '../watching.js';

export interface Words {
  readonly title: string;
  /** What to do, or what happens next; empty when there is nothing to say. */
  readonly advice: string;
}

const WAIT = 'There is nothing to do but wait.';

const problems: Readonly<Record<ProblemCode, Words>> = {
  device_not_found: { title: 'There is no such camera', advice: 'Check the address of this page.' },
  unauthorized: {
    title: 'You may not watch this camera',
    advice: 'Sign in as somebody who may, or ask its owner to let you.',
  },
  invalid_token: { title: 'You are not signed in any more', advice: 'Sign in again.' },
  device_offline: {
    title: 'The camera is offline',
    advice: 'Check its power and network. The picture comes when it is back.',
  },
  viewer_limit: {
    title: 'Too many people are watching this camera',
    advice: 'The picture comes when somebody leaves.',
  },
  rate_limited: { title: 'Too many requests', advice: WAIT },
  bad_request: {
    title: 'The server does not understand this page',
    advice: 'Reload the page. If that does not help, tell whoever runs the server.',
  },
  unknown_type: {
    title: 'The server does not understand this page',
    advice: 'Reload the page. If that does not help, tell whoever runs the server.',
  },
  internal: { title: 'Something went wrong at the server', advice: WAIT },
  session_not_found: { title: 'The session is over', advice: '' },
  unreachable: { title: 'The server cannot be reached', advice: 'Check your network.' },
  busy: { title: 'The server asks to come back in a moment', advice: WAIT },
  no_answer: { title: 'The camera does not answer', advice: 'If that goes on, restart the camera.' },
  media_failed: {
    title: 'No picture gets through',
    advice: 'A firewall may be in the way: try another network.',
  },
  user_ended: { title: 'Somebody ended this', advice: 'Press “Watch again” to go on.' },
  viewer_disconnected: { title: 'The connection was away for too long', advice: '' },
  device_disconnected: { title: 'The camera has gone', advice: 'The picture comes when it is back.' },
  timeout: { title: 'The session has run out', advice: '' },
  device_error: {
    title: 'The camera cannot show a picture',
    advice: 'If that goes on, restart the camera.',
  },
};

/** How long no picture may come, over a connection that stands, before that is said, in milliseconds. */
const STILL_MS = 5_000;

/** What to say at `nowMs`; `stillMs` is for how long no new picture has come. */
export function wordsOf(state: WatchState, nowMs: number, stillMs: number): Words {
  const wrong = state.problem === null ? undefined : problems[state.problem.code];
  switch (state.phase) {
    case 'connecting':
      return { title: 'Connecting …', advice: '' };
    case 'asking':
      return { title: 'Asking for the camera …', advice: '' };
    case 'negotiating':
      return { title: 'Connecting to the camera …', advice: '' };
    case 'interrupted':
      return { title: 'The picture was lost. Looking for another way …', advice: '' };
    case 'playing':
      if (stillMs >= STILL_MS)
        return { title: 'Connected, but no picture comes', advice: 'Check the camera.' };
      return { title: 'Live', advice: state.signaling ? '' : 'The server is away; the picture goes on.' };
    case 'waiting':
      return { title: wrong?.title ?? 'Waiting', advice: joined(wrong?.advice, again(state, nowMs)) };
    case 'stopped':
      return { title: wrong?.title ?? 'Stopped', advice: wrong?.advice ?? '' };
  }
}

function again({ retryAtMs }: WatchState, nowMs: number): string {
  if (retryAtMs === null) return '';
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again …';
}

function joined(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter((sentence) => sentence).join(' ');
}
