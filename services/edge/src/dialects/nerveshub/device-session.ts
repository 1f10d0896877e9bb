// What the channels of one socket remember about their device: plain, small and bounded.
import type { ConsoleKind } from '../console-session.js';
import type { AdmittedDevice } from '../dialect.js';
import type { Extension } from './extension.js';
import { newTerminal, type Terminal } from './terminal.js';
import { fullBucket, type TokenBucket } from './token-bucket.js';

/** The last state of an update that was reported; what repeats it is not written again. */
export interface ReportedUpdate {
  readonly status: string;
  readonly progress: number | undefined;
}

export interface DeviceSession {
  readonly device: AdmittedDevice;
  /** `device_api_version` of the last join of the device's channel, as it was said. */
  readonly apiVersion?: string;
  /** It has said that it wants to be told the keys which sign firmware. */
  readonly wantsKeys?: boolean;
  /** It is being asked whether an update waits. */
  readonly checking?: boolean;
  readonly update?: ReportedUpdate;
  /** Extensions agreed on in the last join of `extensions`, and those of them that the device has switched on. */
  readonly agreed: readonly Extension[];
  readonly attached: readonly Extension[];
  /** The console takes files. */
  readonly takesFiles?: boolean;
  readonly terminals: Readonly<Record<ConsoleKind, Terminal>>;
  /** For `logging:send`. */
  readonly logging: TokenBucket;
}

const NO_PEOPLE = { iex: newTerminal, shell: newTerminal } as const;

export function beginSession(device: AdmittedDevice): DeviceSession {
  return { device, agreed: [], attached: [], terminals: NO_PEOPLE, logging: fullBucket() };
}
