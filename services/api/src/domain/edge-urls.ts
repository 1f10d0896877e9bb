// Decides where pages are told to find the edges, and what their content security policy may let them reach.
import { Fault } from '@mooring/runtime';

/** Reads `ws://host:port,wss://host/path`, slashes at the end dropped. Fault `invalid` names what is no such address. */
export function edgeUrlsOf(text: string): readonly string[] {
  const urls = text.split(',').flatMap((item) => item.trim() || []);
  if (urls.length === 0) throw new Fault('invalid', 'API_EDGE_URLS names no edge');
  return urls.map((url) => {
    const known = URL.canParse(url) ? new URL(url) : undefined;
    const plain = known !== undefined && /^wss?:$/.test(known.protocol) && !known.search && !known.hash;
    if (!plain || known.username || known.password)
      throw new Fault('invalid', `API_EDGE_URLS: ${url} is not ws:// or wss:// and a host`);
    return known.origin + known.pathname.replace(/\/+$/, '');
  });
}

/** What a page may load and reach: its own server, and sockets to the edges. */
export function pagePolicy(edgeUrls: readonly string[]): string {
  const origins = new Set(edgeUrls.map((url) => new URL(url).origin));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${[...origins].join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
