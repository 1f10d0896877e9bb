// What a watch session is: one viewer at one camera, how far they are, and which of them is away.

/** How far a session is (camera.md 4); `pending` before the first offer, `negotiating` before the first answer. */
export type SessionState = 'pending' | 'negotiating' | 'active' | 'ended';

/** Why a session ended: one set for both directions (camera.md 3). */
export const endReasons = [
  'user_ended',
  'viewer_disconnected',
  'device_disconnected',
  'timeout',
  'error',
] as const;
export type EndReason = (typeof endReasons)[number];

/** One of the two ends of a session. */
export type Side = 'viewer' | 'device';

/** The connection at one end. */
export interface End {
  readonly node: string;
  readonly connectionId: string;
  /** It said that it can come back: its loss is waited out (camera.md 8, 6). */
  readonly resumes: boolean;
  /** Since when it is away, in epoch milliseconds. */
  readonly lostAtMs?: number | undefined;
}

export interface ViewerEnd extends End {
  /** The start of the edge process that holds the connection. */
  readonly boot: string;
}

export interface DeviceEnd extends End {
  /** Grows with each admission of the device. */
  readonly epoch: bigint;
}

/** Whose token the viewer showed. */
export interface Watcher {
  /** A person's id, or an API key's. */
  readonly userId: string;
  readonly apiKey: boolean;
}

/** A session as it is stored. Times are epoch milliseconds. */
export interface Session {
  /** A UUIDv4: the TURN usernames of the session show its first eight characters. */
  readonly id: string;
  readonly organizationId: string;
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly watcher: Watcher;
  readonly viewer: ViewerEnd;
  readonly device: DeviceEnd;
  readonly state: SessionState;
  readonly createdAtMs: number;
  /** When the camera had been told; undefined while the session is being made. */
  readonly readyAtMs?: number | undefined;
  readonly offeredAtMs?: number | undefined;
  readonly answeredAtMs?: number | undefined;
  readonly endedAtMs?: number | undefined;
  /** Empty before the end. */
  readonly reason: EndReason | '';
  /** Changes of the state, counted. */
  readonly step: number;
  /** Of the request to watch; empty when it was in no trace. */
  readonly traceparent: string;
}

/** Who watches which camera, of whose it was when they began: several sessions may be of the same. */
export type Watch = Pick<Session, 'watcher' | 'organizationId' | 'deviceId'>;

/** The end that a connection is at; undefined for one that is at neither. */
export function sideOf(session: Session, connectionId: string): Side | undefined {
  if (connectionId === session.viewer.connectionId) return 'viewer';
  return connectionId === session.device.connectionId ? 'device' : undefined;
}

export function otherSide(side: Side): Side {
  return side === 'viewer' ? 'device' : 'viewer';
}
