// What can come of asking for a turn at something that only so many may do at once.

/** It was `taken`, and is to be given back; or too many waited, it took too long, or whoever asked is gone. */
export type Turn = 'taken' | 'full' | 'late' | 'left';
