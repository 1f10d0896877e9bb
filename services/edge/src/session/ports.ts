// What a session needs of the rest of the edge, as interfaces: so it runs in tests without sockets, NATS or registry.

import type { ConsoleContent } from '../dialects/console-session.js';
import type {
  AdmittedDevice,
  Answer,
  CloseReason,
  Delivered,
  DeviceEvent,
  DevicePolicy,
  DialectName,
  Question,
  Taken,
} from '../dialects/dialect.js';
import type { ConnectionEnd, SignalOutcome } from '../dialects/end.js';
import type { Signal } from '../dialects/watch.js';
import type { GivenCommand } from './executed.js';

/** The other end of a connection. */
export interface Peer {
  /** False when the peer reads too slowly and the frame was dropped. */
  send(frame: string | Uint8Array): boolean;
  /** Ends the connection with a close frame; the socket's close callback follows. */
  end(code: number, text: string): void;
}

/** Who asks for admission, besides the question itself. */
export interface Origin {
  readonly dialect: DialectName;
  readonly connectionId: string;
  readonly remoteAddress: string;
  readonly policy: DevicePolicy;
  /** The upgrade's span; undefined unless it is sampled. */
  readonly traceparent: string | undefined;
}

/** Called once per event that carries a receipt. */
export type Settled = (outcome: 'durable' | 'shed') => void;

/** What one end of a watch session or of a console tells the other. */
export type SentSignal = Sent &
  ({ readonly signal: Signal; readonly traceparent: string } | { readonly content: ConsoleContent });

interface Sent {
  readonly to: ConnectionEnd;
  readonly sessionId: string;
  /** The connection that says it, and the device that it speaks for, if any. */
  readonly from: string;
  readonly device: AdmittedDevice | undefined;
}

/** What became of something that was delivered to a session. */
export interface Accepted {
  readonly accepted: boolean;
  /** As in the effect `accept`. */
  readonly resumes?: boolean;
  readonly joined?: boolean;
}

export interface SessionPorts {
  /** Takes an event for the bus; never blocks, never throws. `sequence` grows within the session. */
  emit(event: DeviceEvent, dialect: DialectName, sequence: number, settled: Settled | undefined): void;
  /** Answers within its deadline, always; failures are answers too. `device` is who asks, where it is admitted. */
  ask(question: Question, origin: Origin, device: AdmittedDevice | undefined): Promise<Answer>;
  /** Hands a signal over, in the order of the calls, and says what became of it; never rejects. */
  signal(sent: SentSignal, dialect: DialectName): Promise<SignalOutcome>;
  /** The device's presence on this session is over. */
  left(device: AdmittedDevice, reason: string): void;
  readonly events: SessionEvents;
  readonly sampler: FrameSampler;
}

/** What sessions report of themselves, without ids in labels. */
export interface SessionEvents {
  counted(dialect: DialectName, outcome: string, what: string): void;
  admission(dialect: DialectName, outcome: string): void;
  crashed(dialect: DialectName, connectionId: string, error: unknown): void;
  tooFast(dialect: DialectName): void;
  slowReader(dialect: DialectName): void;
}

/** Decides which frames are traced before any tracer is called. */
export interface FrameSampler {
  /** Runs `fn`, for one frame in N inside a span that is linked to the upgrade's. */
  run(origin: Origin, fn: () => void): void;
}

/** A session as the sockets and the downlink see it. */
export interface LiveSession {
  readonly connectionId: string;
  readonly dialect: DialectName;
  /** One frame, borrowed until this returns. */
  frame(data: Uint8Array, binary: boolean): void;
  /** A ping or pong came: the peer lives. */
  alive(): void;
  /** The socket is gone for `reason`, unless the edge itself closed for another; answers which of them it was. */
  closed(reason: string): string;
  /** Ends the connection the way this dialect's clients understand. */
  end(close: CloseReason, reason: string): void;
  /** The registry let this device in on another connection. False when it is not here with that epoch. */
  superseded(deviceNumber: bigint, epoch: bigint): boolean;
  /**
   * The platform ends this device's session, or, with number 0, takes back what the person on the connection may do, which
   * their dialect takes by ending. False when it is not here with that epoch, or nobody whose rights end it.
   */
  disconnect(deviceNumber: bigint, epoch: bigint, reason: string): boolean;
  /**
   * Has the dialect write a command for this device, once per number and repeat. `gone` when the device is not here
   * with that epoch, or when its connection ended before the command went out.
   */
  execute(deviceNumber: bigint, epoch: bigint, command: GivenCommand): Taken | 'gone';
  /** What comes besides commands. A device number of 0 means the connection, whoever speaks on it. */
  deliver(deviceNumber: bigint, epoch: bigint, input: Delivered): Accepted;
  /** Devices on this connection, if a frame, ping or pong came since the last call. */
  seen(): readonly AdmittedDevice[];
}
