// The moving picture that simulated cameras show: where it lies, and each frame of it once in memory.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Clip, readIvf } from './ivf.js';

/** `src` and `dist` lie side by side, so the way is the same from both. */
export const clipFile = fileURLToPath(new URL('../../assets/clip.ivf', import.meta.url));

let clip: Clip | undefined;

/** Read with the first call. */
export function demoClip(): Clip {
  clip ??= readIvf(readFileSync(clipFile));
  return clip;
}
