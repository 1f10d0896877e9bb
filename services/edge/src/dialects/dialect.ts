// The vocabulary between a dialect (pure) and the session that runs it: inputs in, effects out.
import type { ConsoleAnswer, ConsoleEffect, ConsoleInput, ConsoleQuestion } from './console-session.js';
import type { AdmittedDevice, JsonObject } from './device.js';
import type { DeviceEvent } from './event.js';
import type { PushInput, UpdateAnswer, UpdateQuestion } from './firmware-push.js';
import type { RefusalCode } from './refusal-code.js';
import type {
  PresentedCertificate,
  Proven,
  UpgradeAnswer,
  UpgradeDecision,
  UpgradeVerdict,
} from './upgrade.js';
import type { Person, WatchAnswer, WatchEffect, WatchInput, WatchQuestion } from './watch.js';

export type { AdmittedDevice, Json, JsonObject } from './device.js';
export type { ControlContent, DeviceEvent } from './event.js';
export { RefusalCode } from './refusal-code.js';
export type { UpgradeDecision } from './upgrade.js';

/** One WebSocket message as it came. `data` is borrowed: valid only until `step` returns; copy what is kept. */
export interface Frame {
  readonly data: Uint8Array;
  readonly binary: boolean;
}

/** What is known of a peer when its socket opens. Header names are lower case. */
export interface Hello {
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string;
  /** Unique per socket, also across edges. */
  readonly connectionId: string;
  readonly policy: DevicePolicy;
  /** What a trusted front says that the peer has the key of; `unreadable` when it cannot be made out. */
  readonly certificate?: PresentedCertificate | 'unreadable';
  /** Who the peer was found to be before it got its socket. */
  readonly proven?: Proven;
}

/** Who may connect: anyone, registered identifiers only, or those with a valid credential only. */
export const DevicePolicy = { open: 'open', enrolled: 'enrolled', credentials: 'credentials' } as const;
export type DevicePolicy = (typeof DevicePolicy)[keyof typeof DevicePolicy];

/** A decision that another service makes. The session fetches it and feeds the answer back under the same name. */
export type Question =
  | {
      readonly kind: 'admit';
      /** The device's own name. */
      readonly identifier: string;
      /** e.g. `bridge`, `printer`, `plug`, `camera`, `nerves`; kept when the device is first registered. */
      readonly deviceKind: string;
      /** Set for a device that speaks through another one of this session. */
      readonly gateway?: AdmittedDevice;
      /** A token as the device presented it; never logged. */
      readonly token?: string;
      /** What it proved itself with at its upgrade. */
      readonly credentialId?: string;
    }
  | { readonly kind: 'authenticate'; readonly token: string }
  | WatchQuestion
  | ConsoleQuestion
  | UpdateQuestion;

export type Answer =
  | { readonly kind: 'admitted'; readonly device: AdmittedDevice }
  | { readonly kind: 'authenticated'; readonly person: Person }
  | WatchAnswer
  | ConsoleAnswer
  | UpdateAnswer
  /** `not_found` unknown device, `unauthenticated` bad credential, `forbidden`, `exhausted` too many, `unavailable` try later. */
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly message: string }
  /** The event emitted with this receipt is durable. */
  | { readonly kind: 'durable' }
  /** The event emitted with this receipt was shed and counted; it will not be stored. */
  | { readonly kind: 'shed' };

/** What the platform tells a session. */
export type DeviceCommand =
  /** The device was admitted on another connection: a gateway's session ends, a child's is let go. */
  | { readonly kind: 'superseded'; readonly device: AdmittedDevice }
  /** A command for the device; the step says with `taken` what it did with it. */
  | {
      readonly kind: 'execute';
      readonly device: AdmittedDevice;
      /** 1..2^32-1; its name on the wire. */
      readonly number: number;
      readonly action: CommandAction;
    };

/** One bit per dot, top row first as people see it, rows padded to whole bytes, first dot in the highest bit, 1 black. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly rows: Uint8Array;
}

export type CommandAction =
  | { readonly kind: 'switch'; readonly on: boolean }
  | { readonly kind: 'print'; readonly image: Bitmap; readonly face: boolean; readonly onButton: boolean }
  /** Four or five: face, nothing to print, cannot see bridge, cannot see internet, a message to print at once. */
  | { readonly kind: 'personality'; readonly images: readonly Bitmap[] }
  | { readonly kind: 'quip'; readonly images: readonly Bitmap[] }
  /** For a BERG bridge itself. */
  | { readonly kind: 'bridge'; readonly name: string; readonly params: JsonObject }
  /** Needs no more than its name: reboot or identify. */
  | { readonly kind: 'nudge'; readonly name: string }
  /** Elixir that a Nerves device runs. */
  | { readonly kind: 'script'; readonly text: string }
  /** Bytes that no dialect interprets. */
  | { readonly kind: 'raw'; readonly frame: string | Uint8Array };

/** What a dialect did with a command. */
export type Taken =
  | {
      readonly outcome: 'written';
      /** How long the answer may take; 0 when none comes. */
      readonly answerWithinMs: number;
      /** Written twice under one number it acts once, or acting twice changes nothing. */
      readonly repeatable: boolean;
      /** How often to write it again when no answer came in time. */
      readonly retries: number;
    }
  | {
      readonly outcome: 'refused';
      readonly code: 'unsupported' | 'invalid' | 'not_joined';
      readonly message: string;
    };

export type Input =
  | { readonly on: 'frame'; readonly frame: Frame }
  | { readonly on: 'command'; readonly command: DeviceCommand }
  | { readonly on: 'answer'; readonly to: string; readonly answer: Answer }
  | { readonly on: 'timer'; readonly timer: string };

/** What other edges and services hand to a connection, besides commands. A dialect accepts what it takes. */
export type Delivered = WatchInput | ConsoleInput | PushInput | RightsWithdrawn;

/** Who is on the connection may not do any more what they do there; a dialect of people ends it. */
export interface RightsWithdrawn {
  readonly on: 'withdrawn';
}

/** The connection is gone; only what is emitted and signalled has an effect. */
export interface ConnectionClosed {
  readonly on: 'closed';
  /** The peer said that it goes away, as a browser does when its page is left: it does not come back. */
  readonly leaving: boolean;
}

/** Why the edge itself ends a connection; each dialect says it with the code that makes its clients do the right thing. */
export const CloseReason = {
  drain: 'drain',
  replaced: 'replaced',
  overload: 'overload',
  tooFast: 'too_fast',
  tooBig: 'too_big',
  unavailable: 'unavailable',
  internal: 'internal',
  operator: 'operator',
} as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

export interface CloseCode {
  readonly code: number;
  readonly text: string;
}

export type Effect =
  | WatchEffect
  | ConsoleEffect
  | AcceptEffect
  /** With `receipt`, the session answers under that name once the event is durable (or shed). */
  | { readonly do: 'emit'; readonly event: DeviceEvent; readonly receipt?: string }
  | { readonly do: 'send'; readonly frame: string | Uint8Array }
  /** Says what became of the command that this step got. */
  | { readonly do: 'taken'; readonly taken: Taken }
  | { readonly do: 'ask'; readonly as: string; readonly question: Question }
  /** Arms or re-arms; one timer per name. */
  | { readonly do: 'arm'; readonly timer: string; readonly afterMs: number }
  | { readonly do: 'disarm'; readonly timer: string }
  /** A child's presence ends while its gateway stays. `reason` goes into its connection history. */
  | { readonly do: 'release'; readonly device: AdmittedDevice; readonly reason: string }
  /** Something that was not acted on, for the counters and a sampled log line; never a device id in `what`. */
  | {
      readonly do: 'count';
      readonly outcome: CountOutcome;
      readonly what: string;
    }
  /** `reason` goes into the connection history: `hello_timeout`, `bad_messages`, `device_not_found`, … */
  | { readonly do: 'close'; readonly close: CloseCode; readonly reason: string };

/** What was delivered in this step was taken. */
export interface AcceptEffect {
  readonly do: 'accept';
  /** Of a camera that is to be watched: it can come back to its sessions. */
  readonly resumes?: boolean;
  /** Of a push or a console's signal: the channel that it is for is joined. */
  readonly joined?: boolean;
}

/** `held` is passed on later, `dropped` never. */
export type CountOutcome = 'malformed' | 'unrecognised' | 'ignored' | 'refused' | 'held' | 'dropped';

export interface Step<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

/** Bounds that the sockets enforce, so that a dialect need not. */
export interface Limits {
  /** Largest frame in bytes; a larger one cuts the connection. */
  readonly maxFrameBytes: number;
  /** Seconds without any frame, ping or pong; a multiple of 4 up to 960. */
  readonly idleS: number;
  /** Token bucket for frames of one socket: sustained rate and burst. */
  readonly framesPerS: number;
  readonly frameBurst: number;
}

/** A device family's wire protocol as a pure machine: no I/O, no clock, no randomness. */
export interface Dialect<S> {
  /** The registry's name of the family: berg, kinetid, camera, nerveshub; `viewer` and `console` for people's sockets. */
  readonly name: DialectName;
  readonly limits: Limits;
  /** Decides on the HTTP upgrade from its head alone, or says whom to ask. */
  upgrade(hello: Hello): UpgradeDecision;
  /** Decides on what was asked. Present where `upgrade` asks. */
  answered?(hello: Hello, answer: UpgradeAnswer): UpgradeVerdict;
  open(hello: Hello, now: number): Step<S>;
  /** Total: never throws, whatever the frame holds. */
  step(state: S, input: Input, now: number): Step<S>;
  /** Present where more than commands is delivered, or others have to hear of the end. Total, like `step`. */
  deliver?(state: S, input: Delivered | ConnectionClosed, now: number): Step<S>;
  /** How this dialect's clients are told that the edge ends the connection. */
  closeFor(reason: CloseReason): CloseCode;
}

export const DialectName = {
  berg: 'berg',
  kinetid: 'kinetid',
  camera: 'camera',
  nerveshub: 'nerveshub',
  viewer: 'viewer',
  console: 'console',
} as const;
export type DialectName = (typeof DialectName)[keyof typeof DialectName];
