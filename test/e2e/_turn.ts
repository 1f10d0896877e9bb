// A TURN server where there can be one, and the sentence to skip with where there cannot.
import { type TestTurn, testTurn } from '@mooring/harness';
import { Fault } from '@mooring/runtime';

export type TurnOrWhy = { readonly turn: TestTurn } | { readonly turn: undefined; readonly why: string };

export async function turnOrWhy(): Promise<TurnOrWhy> {
  try {
    return { turn: await testTurn() };
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
    return { turn: undefined, why: `nothing was relayed: ${error.message}` };
  }
}
