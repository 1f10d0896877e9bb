// Decides which ICE servers a person is offered, and with what credentials.
import { Fault } from '@mooring/runtime';
import { turnCredential } from './turn-credential.js';

/** The servers that this installation has. */
export interface IceSettings {
  readonly stunUrls: readonly string[];
  readonly turnUrls: readonly string[];
  /** Shared with the TURN servers; the first one signs. */
  readonly turnSecrets: readonly string[];
  readonly turnTtlS: number;
}

/** One entry of a browser's `RTCConfiguration.iceServers`; username and credential are empty for STUN. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** Servers for one person. `expiresAtMs` is 0 when none of them asks for credentials. */
export interface IceOffer {
  readonly servers: readonly IceServer[];
  readonly expiresAtMs: number;
}

const STUN = /^stuns?:[^\s,]+$/;
const TURN = /^turns?:[^\s,]+$/;

/** Settings from comma lists. Fault `invalid` names every URL of the wrong scheme, and TURN servers without a secret. */
export function iceSettings(lists: {
  readonly stunUrls: string;
  readonly turnUrls: string;
  readonly turnSecrets: string;
  readonly turnTtlS: number;
}): IceSettings {
  const stunUrls = split(lists.stunUrls);
  const turnUrls = split(lists.turnUrls);
  const turnSecrets = split(lists.turnSecrets);
  const problems = [
    ...stunUrls.filter((url) => !STUN.test(url)).map((url) => `${url} is not a stun: or stuns: URL`),
    ...turnUrls.filter((url) => !TURN.test(url)).map((url) => `${url} is not a turn: or turns: URL`),
    ...(turnUrls.length > 0 && turnSecrets.length === 0 ? ['TURN servers need a secret'] : []),
  ];
  if (problems.length > 0) throw new Fault('invalid', problems.join('; '));
  return { stunUrls, turnUrls, turnSecrets, turnTtlS: lists.turnTtlS };
}

/** What `userId` is offered at `nowMs`. */
export function iceOffer(settings: IceSettings, userId: string, nowMs: number): IceOffer {
  const stun =
    settings.stunUrls.length > 0 ? [{ urls: settings.stunUrls, username: '', credential: '' }] : [];
  const [secret] = settings.turnSecrets;
  if (settings.turnUrls.length === 0 || secret === undefined) return { servers: stun, expiresAtMs: 0 };
  const expiresAtS = Math.floor(nowMs / 1000) + settings.turnTtlS;
  const turn = { urls: settings.turnUrls, ...turnCredential(secret, `viewer_${userId}`, expiresAtS) };
  return { servers: [...stun, turn], expiresAtMs: expiresAtS * 1000 };
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
