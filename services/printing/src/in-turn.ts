// Draws when it is its turn, and says why not when it will not be.
import { Fault, type Turns } from '@mooring/runtime';

/** Runs `work` in its turn. Fault `exhausted` when too many wait, `deadline` when whoever waits has left. */
export async function inTurn<T>(turns: Turns, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const turn = await turns.take(signal);
  if (turn === 'full') throw new Fault('exhausted', 'too many prints wait already');
  if (turn !== 'taken') throw new Fault('deadline', 'nobody waits for this print any more');
  try {
    return await work();
  } finally {
    turns.give();
  }
}
