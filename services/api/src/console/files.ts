// The files of the console, as pages load them: read once at the start, so that no request names a path on a disk.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Fault } from '@mooring/runtime';
import { escaped } from '../domain/html.js';

/** One file, as it is answered. */
export interface ServedFile {
  readonly body: Buffer;
  readonly type: string;
  /** Of the content. */
  readonly etag: string;
}

export interface ConsoleFiles {
  /** By their paths below /console/. */
  readonly files: ReadonlyMap<string, ServedFile>;
  /** The page /watch/{device}, the same for every device. */
  readonly watchPage: ServedFile;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.html': 'text/html; charset=utf-8',
};
/** What only tests need is built, and not served. */
const TEST_ONLY = /(\.test\.js|(^|\/)_[^/]*)$/;
const WATCH_PAGE = 'watch.html';

/** Reads them, and writes the addresses of the edges into the page. Fault `unavailable` when the console is not built. */
export async function readConsole(edgeUrls: readonly string[]): Promise<ConsoleFiles> {
  const root = path.dirname(createRequire(import.meta.url).resolve('@mooring/console/package.json'));
  const [scripts, assets] = await Promise.all([read(root, 'dist', '.js'), read(root, 'assets', '')]);
  const page = assets.get(WATCH_PAGE);
  if (scripts.size === 0 || page === undefined)
    throw new Fault('unavailable', 'the console is not built: npm run build');
  const html = page.body.toString().replace('{edge_urls}', () => escaped(JSON.stringify(edgeUrls)));
  assets.delete(WATCH_PAGE);
  return {
    files: new Map([...scripts, ...assets]),
    watchPage: served(Buffer.from(html), WATCH_PAGE),
  };
}

async function read(root: string, folder: string, extension: string): Promise<Map<string, ServedFile>> {
  const from = path.join(root, folder);
  // A folder that is not there has no files, which whoever calls finds out.
  const entries = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => path.relative(from, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
    .filter((name) => path.extname(name) in TYPES && !TEST_ONLY.test(name));
  const files = await Promise.all(
    names.map(async (name) => [name, served(await readFile(path.join(from, name)), name)] as const),
  );
  return new Map(files);
}

function served(body: Buffer, name: string): ServedFile {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { body, type: TYPES[path.extname(name)] ?? 'application/octet-stream', etag: `"${digest}"` };
}
