// A Chromium for tests that need a real browser: the installed one, else one that is fetched into the checkout.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@mooring/runtime';

const SCRIPT = fileURLToPath(new URL('../bin/fetch-chromium.sh', import.meta.url));
const FETCHED = fileURLToPath(new URL('../../../.mooring/chromium', import.meta.url));
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', path.join(FETCHED, 'chromium')];

/** Its path. Fault `unavailable` where it is not there and cannot be fetched: a test that needs it fails. */
export function testChromium(): string {
  const found = PLACES.find(isExecutable);
  if (found !== undefined) return found;
  const { status, stderr } = spawnSync('sh', [SCRIPT, FETCHED], { encoding: 'utf8' });
  const fetched = PLACES.find(isExecutable);
  if (status === 0 && fetched !== undefined) return fetched;
  throw new Fault('unavailable', `Chromium could not be fetched: ${stderr?.trim().split('\n').at(-1)}`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
