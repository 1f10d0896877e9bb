// What the doctor found, and the words for it.

/** `well`, `wrong`, or `unknown` for what could not be looked at. */
export interface Finding {
  readonly what: string;
  readonly state: 'well' | 'wrong' | 'unknown';
  /** What is so, or what is wrong and where to look. */
  readonly says: string;
}

/** One thing that is looked at. What it throws is wrong with it. */
export interface Examination {
  readonly what: string;
  /** A sentence about how it is. Throws with one about what is wrong. */
  look(): Promise<string>;
}

/** Something is not as it should be; the message says so to a person. */
export class Complaint extends Error {}

export async function finding({ what, look }: Examination): Promise<Finding> {
  try {
    return { what, state: 'well', says: await look() };
  } catch (error) {
    return { what, state: 'wrong', says: error instanceof Error ? error.message : String(error) };
  }
}

/** `✓ the API: answers in 12 ms`. */
export function line({ what, state, says }: Finding): string {
  const sign = { well: '✓', wrong: '✗', unknown: '?' }[state];
  return `${sign} ${what}: ${says}`;
}
