// Tells the browser where the service's own fonts are: a container often has none.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fontFolder } from '../draw/fonts.js';

/** Writes a fontconfig file into `folder` and answers its path. Fonts of the system are used as well. */
export function writeFontConfig(folder: string): string {
  const file = path.join(folder, 'fonts.conf');
  const xml = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${fontFolder}</dir>
  <cachedir>${path.join(folder, 'cache')}</cachedir>
</fontconfig>
`;
  writeFileSync(file, xml);
  return file;
}
