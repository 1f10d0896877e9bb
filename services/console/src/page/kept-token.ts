// Keeps the token of this tab, until it is closed: from the address, from signing in, for a reload.
import { tokenIn } from './address.js';

const KEY = 'mooring.token';
/** Where the browser keeps nothing for this page. */
let unkept: string | undefined;

/** Takes the token out of the address, so that it is in no history and no link, and keeps it. */
export function takeToken(): string | undefined {
  const { token, rest } = tokenIn(location.hash);
  if (token !== undefined) {
    history.replaceState(history.state, '', location.pathname + location.search + rest);
    keepToken(token);
  }
  return token;
}

/** The token that is kept. */
export function keptToken(): string | undefined {
  return unkept ?? storage()?.getItem(KEY) ?? undefined;
}

export function keepToken(token: string): void {
  const kept = storage();
  if (kept === undefined) unkept = token;
  else kept.setItem(KEY, token);
}

export function forgetToken(): void {
  unkept = undefined;
  storage()?.removeItem(KEY);
}

// Browsers that are told to keep nothing throw when asked for it.
function storage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}
