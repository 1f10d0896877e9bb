// The page that whoever opens a print key's address in a browser sees.
import { escaped } from '../domain/html.js';

/** What it tells. */
export interface Printer {
  readonly name: string;
  readonly owner: string;
  readonly status: string;
}

/** HTML without scripts. */
export function printPage({ name, owner, status }: Printer): string {
  const away =
    status === 'online' ? '' : '<p>It is offline now and prints when it comes back within a day.</p>';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Print on ${escaped(name)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}pre{overflow:auto;background:#eee;padding:1em}</style>
<h1>${escaped(name)}</h1>
<p>A printer of ${escaped(owner)}. Whoever has the address of this page may print on it.</p>
${away}
<p>Send it text, HTML or a PNG; a name after <code>?from=</code> stands above what is printed.</p>
<pre>curl -H 'content-type: text/plain' --data 'Hello!' 'THIS-ADDRESS?from=Me'</pre>
</html>
`;
}
