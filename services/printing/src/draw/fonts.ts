// The fonts that prints are set in: they come with the service, so that a print looks the same everywhere.
import { createRequire } from 'node:module';
import path from 'node:path';
import { Fault } from '@mooring/runtime';
import { GlobalFonts } from '@napi-rs/canvas';

/** Where the font files are. */
export const fontFolder = path.join(
  path.dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
);

const FILES = { regular: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' } as const;
export type Face = keyof typeof FILES;

for (const [face, file] of Object.entries(FILES)) {
  if (GlobalFonts.registerFromPath(path.join(fontFolder, file), family(face as Face)) === null) {
    throw new Fault('internal', `the font ${file} cannot be read`);
  }
}

function family(face: Face): string {
  return `Mooring ${face}`;
}

/** A font as a canvas takes it; `size` in dots. */
export function font(face: Face, size: number): string {
  return `${size}px "${family(face)}"`;
}
