// Finds the Chromium to use: the one that is named, or one that is installed.
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** `named` where that is not empty, else the first of its kind in `folders`; undefined when there is none to run. */
export function findChromium(named: string, folders: readonly string[]): string | undefined {
  const candidates =
    named === '' ? NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))) : [named];
  return candidates.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
