// Decides which sockets are dialled, and in which order.

const PATH = '/ws/viewer';

/**
 * The addresses of the viewers' sockets at these edges. `http` and `https` are taken for `ws` and `wss`. Throws a
 * TypeError for an address that is neither, and for none at all: whoever calls has to know its edges.
 */
export function viewerUrls(edgeUrls: readonly string[]): readonly string[] {
  if (edgeUrls.length === 0) throw new TypeError('at least one edge is needed');
  return edgeUrls.map((text) => {
    const url = new URL(text.replace(/^http/i, 'ws'));
    if (url.protocol !== 'ws:' && url.protocol !== 'wss:')
      throw new TypeError(`${text} is no address of an edge`);
    const path = url.pathname.replace(/\/+$/, '');
    return `${url.protocol}//${url.host}${path.endsWith(PATH) ? path : path + PATH}`;
  });
}

/** Where to begin: anywhere, so that viewers spread over the edges. `random` is in [0, 1). */
export function firstOf(count: number, random: number): number {
  return Math.min(count - 1, Math.floor(random * count));
}
