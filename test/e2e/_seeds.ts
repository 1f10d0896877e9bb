// The messages in the documents that the dialects come from, cut out of them byte for byte.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../vectors/seeds', import.meta.url));

function seed(prefix: string): string {
  const name = readdirSync(folder).find((file) => file.startsWith(prefix));
  if (name === undefined) throw new Error(`no seed ${prefix}`);
  return readFileSync(path.join(folder, name), 'utf8');
}

/** Every message of the bridge capture that is JSON, in order. */
export function bergMessages(): readonly string[] {
  return seed('000')
    .split('\n')
    .filter((line) => line.startsWith('{"'));
}

/** The browser's hello as the article's hex listing of a masked frame, without the padding behind it. */
export function kinetidHelloFrame(): Buffer {
  const line =
    seed('001')
      .split('\n')
      .find((text) => text.startsWith('81 AB')) ?? '';
  const FRAME_BYTES = 49;
  return Buffer.from(line.replaceAll(' ', ''), 'hex').subarray(0, FRAME_BYTES);
}

/** The JSON examples of the camera page that a device sends, by heading order: hello, heartbeat, …, presence. */
export function cameraDeviceMessages(): readonly string[] {
  const [devicePart = ''] = seed('003').split('## Viewer Messages');
  const blocks = [...devicePart.matchAll(/\*\*Direction\*\*: Device → Server\s+```json\n([\s\S]*?)```/g)];
  return blocks.map(([, json = '']) => json);
}

/** The frames that a client sends on the Nerves page; its join example is in JavaScript quotes. */
export function nervesClientFrames(): readonly string[] {
  const [, joining = ''] = seed('004').split('## Joining a Channel');
  const join = /\['arbitrary_join_ref'.*\]/.exec(joining)?.[0].replaceAll("'", '"') ?? '';
  const [, client = ''] = joining.split('## Client Events');
  return [
    join,
    ...[...client.matchAll(/```javascript\n([\s\S]*?)```/g)].map(([, frame = '']) => frame.trim()),
  ];
}

/** The article's page for a browser, with its socket elsewhere and the three functions of jQuery that it uses. */
export function kinetidPage(socket: string): string {
  const [, html = ''] = /(<html>[\s\S]*?<\/html>)/.exec(seed('001')) ?? [];
  const jquery = `<script>
    const $ = (what) => ({
      click: (fn) => document.querySelector(what).addEventListener('click', fn),
      ready: (fn) => what.addEventListener('DOMContentLoaded', fn),
    });
  </script>`;
  return html
    .replace('<script src="jquery.min.js"></script>', jquery)
    .replace('ws://localhost:9000/socket', socket);
}
