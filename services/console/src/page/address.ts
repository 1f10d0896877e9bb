// Reads what the address of the page says: which camera, over which paths, and the token that it may bring.

/** The last part of the path; undefined when it is no name. */
export function deviceIn(pathname: string): string | undefined {
  const part = pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part) || undefined;
  } catch {
    return undefined;
  }
}

/** `?ice=relay` is for TURN alone. */
export function policyIn(search: string): 'all' | 'relay' {
  return new URLSearchParams(search).get('ice') === 'relay' ? 'relay' : 'all';
}

/** The token of a fragment such as `#access_token=…`, and the fragment without it. */
export function tokenIn(fragment: string): { readonly token: string | undefined; readonly rest: string } {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = fields.get('access_token') || undefined;
  if (token === undefined) return { token, rest: fragment };
  fields.delete('access_token');
  const rest = fields.toString();
  return { token, rest: rest === '' ? '' : `#${rest}` };
}

/** The edges that the server wrote into the page: a JSON list of addresses. Throws what JSON says to anything else. */
export function edgesIn(content: string): readonly string[] {
  const edges: unknown = JSON.parse(content);
  return Array.isArray(edges) ? edges.filter((edge) => typeof edge === 'string') : [];
}
