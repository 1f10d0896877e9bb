// Decides which ICE servers each end of a session is offered, and with what credentials.
import { Fault } from '@mooring/runtime';
import type { Session, Side } from '../domain/session.js';
import { stunProblem, turnOffers, turnProblem } from './ice-url.js';
import { turnCredential } from './turn-credential.js';

/** Servers for one kind of end. */
interface Servers {
  readonly stunUrls: readonly string[];
  readonly turnUrls: readonly string[];
}

/** The servers that this installation has. */
export interface IceSettings {
  readonly viewer: Servers;
  readonly device: Servers;
  /** Shared with the TURN servers; the first one signs. */
  readonly turnSecrets: readonly string[];
  readonly turnTtlS: number;
}

/** One entry of a browser's `RTCConfiguration.iceServers`; username and credential are empty for STUN. */
export interface IceServer {
  readonly urls: string[];
  readonly username: string;
  readonly credential: string;
}

/** Servers for one end. `expiresAtMs` is 0 when none of them asks for credentials. */
export interface IceOffer {
  readonly servers: IceServer[];
  readonly expiresAtMs: number;
}

/** Characters of a session's id in its usernames (camera.md 5.3). */
const SESSION_PART = 8;

/**
 * Settings from comma lists; an empty list for devices means the same servers as for viewers. A TURN server without a
 * transport is offered over both. Fault `invalid` names every URL that is none, and TURN servers without a secret.
 */
export function iceSettings(lists: {
  readonly stunUrls: string;
  readonly turnUrls: string;
  readonly deviceStunUrls: string;
  readonly deviceTurnUrls: string;
  readonly turnSecrets: string;
  readonly turnTtlS: number;
}): IceSettings {
  const viewer = { stunUrls: split(lists.stunUrls), turnUrls: turnServers(lists.turnUrls) };
  const own = { stunUrls: split(lists.deviceStunUrls), turnUrls: turnServers(lists.deviceTurnUrls) };
  const device = {
    stunUrls: own.stunUrls.length > 0 ? own.stunUrls : viewer.stunUrls,
    turnUrls: own.turnUrls.length > 0 ? own.turnUrls : viewer.turnUrls,
  };
  const turnSecrets = split(lists.turnSecrets);
  const stunUrls = [lists.stunUrls, lists.deviceStunUrls].flatMap(split);
  const turnUrls = [lists.turnUrls, lists.deviceTurnUrls].flatMap(split);
  const problems = [
    ...stunUrls.flatMap((url) => stunProblem(url) ?? []),
    ...turnUrls.flatMap((url) => turnProblem(url) ?? []),
    ...(turnUrls.length > 0 && turnSecrets.length === 0 ? ['TURN servers need a secret'] : []),
  ];
  if (problems.length > 0) throw new Fault('invalid', problems.join('; '));
  return { viewer, device, turnSecrets, turnTtlS: lists.turnTtlS };
}

/** What a holder at that side is offered at `nowMs`; the TURN server sees the holder's name. */
export function iceOffer(settings: IceSettings, side: Side, holder: string, nowMs: number): IceOffer {
  const { stunUrls, turnUrls } = settings[side];
  const stun = stunUrls.length > 0 ? [{ urls: [...stunUrls], username: '', credential: '' }] : [];
  const [secret] = settings.turnSecrets;
  if (turnUrls.length === 0 || secret === undefined) return { servers: stun, expiresAtMs: 0 };
  const expiresAtS = Math.floor(nowMs / 1000) + settings.turnTtlS;
  const turn = { urls: [...turnUrls], ...turnCredential(secret, holder, expiresAtS) };
  return { servers: [...stun, turn], expiresAtMs: expiresAtS * 1000 };
}

/** The name of a session's viewer at the TURN server: its quota is that of one session (camera.md 5.3). */
export function viewerHolder({ id, watcher }: Session): string {
  return `viewer_${watcher.userId}_${id.slice(0, SESSION_PART)}`;
}

/** The name of a session's camera there. */
export function deviceHolder({ id }: Session): string {
  return `device_${id.slice(0, SESSION_PART)}`;
}

function turnServers(list: string): string[] {
  return [...new Set(split(list).flatMap(turnOffers))];
}

function split(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
