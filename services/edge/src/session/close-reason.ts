// Why connections end, where it matters to more than the history.

/** The reason of a close whose peer said 1001: it goes away, as a browser does when its page is left. */
export const GOING_AWAY = 'going_away';

/** Whether the peer left for good. `closing` is why the edge itself closes, if it does. */
export function isLeaving(closing: string | undefined, reason: string): boolean {
  return closing === undefined && reason === GOING_AWAY;
}
