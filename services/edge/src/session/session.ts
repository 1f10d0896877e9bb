// One live session: holds a dialect's state, runs its step, performs the effects in order. Knows no socket and no bus.
import { after, type Timer } from '@mooring/runtime';
import type {
  AdmittedDevice,
  Answer,
  CloseReason,
  Dialect,
  DialectName,
  Effect,
  Hello,
  Input,
  Question,
  Step,
  Taken,
} from '../dialects/dialect.js';
import { Executed, type GivenCommand, UNSUPPORTED } from './executed.js';
import type { LiveSession, Origin, Peer, SessionPorts, Settled } from './ports.js';
import { Rate } from './rate.js';

/** What a dialect's own limits are multiplied by; 1 for devices in the field. */
export interface SessionSettings {
  readonly frameRateFactor: number;
}

const NOBODY: readonly AdmittedDevice[] = [];

/** Runs one dialect machine over one connection until either end closes it. */
export class Session<S> implements LiveSession {
  readonly #dialect: Dialect<S>;
  readonly #peer: Peer;
  readonly #ports: SessionPorts;
  readonly #origin: Origin;
  readonly #rate: Rate;
  #state: S;
  #sequence = 0;
  /** Why the edge closes; undefined while it does not. */
  #closing: string | undefined;
  #over = false;
  #stepping = false;
  #waiting: Input[] | undefined;
  #timers: Map<string, Timer> | undefined;
  #main: AdmittedDevice | undefined;
  #children: Map<bigint, AdmittedDevice> | undefined;
  /** Absent until the first command: most sessions never get one. */
  #executed: Executed | undefined;
  #heard = false;

  constructor(
    dialect: Dialect<S>,
    hello: Hello,
    peer: Peer,
    ports: SessionPorts,
    settings: SessionSettings,
    traceparent?: string,
  ) {
    this.#dialect = dialect;
    this.#peer = peer;
    this.#ports = ports;
    this.#origin = {
      dialect: dialect.name,
      connectionId: hello.connectionId,
      remoteAddress: hello.remoteAddress,
      policy: hello.policy,
      traceparent,
    };
    const now = Date.now();
    const { framesPerS, frameBurst } = dialect.limits;
    this.#rate = new Rate(framesPerS * settings.frameRateFactor, frameBurst * settings.frameRateFactor, now);
    const opened = dialect.open(hello, now);
    this.#state = opened.state;
    this.#stepping = true;
    for (const effect of opened.effects) this.#perform(effect);
    this.#stepping = false;
    this.#catchUp();
  }

  get connectionId(): string {
    return this.#origin.connectionId;
  }

  get dialect(): DialectName {
    return this.#dialect.name;
  }

  frame(data: Uint8Array, binary: boolean): void {
    if (this.#over || this.#closing !== undefined) return;
    this.#heard = true;
    if (!this.#rate.take(Date.now())) {
      this.#ports.events.tooFast(this.dialect);
      this.end('too_fast', 'frame_rate');
      return;
    }
    if (data.byteLength > this.#dialect.limits.maxFrameBytes) {
      this.#ports.events.counted(this.dialect, 'malformed', 'frame_too_big');
      this.end('too_big', 'frame_too_big');
      return;
    }
    const input: Input = { on: 'frame', frame: { data, binary } };
    this.#ports.sampler.run(this.dialect, this.#origin.traceparent, () => this.#input(input));
  }

  alive(): void {
    this.#heard = true;
  }

  closed(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const timer of this.#timers?.values() ?? []) timer.cancel();
    this.#timers = undefined;
    const why = this.#closing ?? reason;
    for (const child of this.#children?.values() ?? []) this.#ports.left(child, why);
    if (this.#main !== undefined) this.#ports.left(this.#main, why);
    this.#children = undefined;
    this.#main = undefined;
  }

  end(close: CloseReason, reason: string): void {
    const { code, text } = this.#dialect.closeFor(close);
    this.#close(code, text, reason);
  }

  superseded(deviceNumber: bigint, epoch: bigint): boolean {
    const device = this.#find(deviceNumber, epoch);
    if (device === undefined) return false;
    this.#input({ on: 'command', command: { kind: 'superseded', device } });
    this.#children?.delete(deviceNumber);
    return true;
  }

  disconnect(deviceNumber: bigint, epoch: bigint, reason: string): boolean {
    const device = this.#find(deviceNumber, epoch);
    if (device === undefined) return false;
    if (device === this.#main) this.end('operator', reason);
    else this.superseded(deviceNumber, epoch);
    return true;
  }

  execute(deviceNumber: bigint, epoch: bigint, command: GivenCommand): Taken | 'gone' {
    const device = this.#find(deviceNumber, epoch);
    if (device === undefined || this.#closing !== undefined) return 'gone';
    this.#executed ??= new Executed();
    const { number, action } = command;
    // A delivery comes on a turn of its own, never while a step runs: what this one does is what the command did.
    const taken = this.#executed.once(command, () =>
      this.#run({ on: 'command', command: { kind: 'execute', device, number, action } }),
    );
    this.#catchUp();
    return taken ?? (this.#closing === undefined ? UNSUPPORTED : 'gone');
  }

  seen(): readonly AdmittedDevice[] {
    if (!this.#heard || this.#main === undefined) return NOBODY;
    this.#heard = false;
    return [this.#main, ...(this.#children?.values() ?? [])];
  }

  /** The device with that number here, if this is the session that `epoch` means. */
  #find(deviceNumber: bigint, epoch: bigint): AdmittedDevice | undefined {
    const device = this.#main?.number === deviceNumber ? this.#main : this.#children?.get(deviceNumber);
    return device?.epoch === epoch ? device : undefined;
  }

  /** Effects may cause inputs at once; those wait until the running step is performed, so order holds. */
  #input(input: Input): void {
    if (this.#over || this.#closing !== undefined) return;
    if (this.#stepping) {
      this.#waiting ??= [];
      this.#waiting.push(input);
      return;
    }
    this.#run(input);
    this.#catchUp();
  }

  #catchUp(): void {
    for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
      if (this.#over || this.#closing !== undefined) break;
      this.#run(next);
    }
    this.#waiting = undefined;
  }

  #run(input: Input): void {
    let step: Step<S>;
    this.#stepping = true;
    try {
      step = this.#dialect.step(this.#state, input, Date.now());
      this.#state = step.state;
      for (const effect of step.effects) this.#perform(effect);
    } catch (error) {
      // A dialect is total; one that is not costs its own connection, never the process that holds all others.
      this.#ports.events.crashed(this.dialect, this.connectionId, error);
      this.end('internal', 'internal');
    } finally {
      this.#stepping = false;
    }
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'emit':
        this.#emit(effect);
        return;
      case 'send':
        this.#send(effect.frame);
        return;
      case 'taken':
        this.#executed?.took(effect.taken);
        return;
      case 'ask':
        void this.#ask(effect.as, effect.question);
        return;
      case 'arm':
        this.#arm(effect.timer, effect.afterMs);
        return;
      case 'disarm':
        this.#disarm(effect.timer);
        return;
      case 'release':
        if (this.#children?.delete(effect.device.number)) this.#ports.left(effect.device, effect.reason);
        return;
      case 'count':
        this.#ports.events.counted(this.dialect, effect.outcome, effect.what);
        return;
      case 'close':
        this.#close(effect.close.code, effect.close.text, effect.reason);
    }
  }

  #emit(effect: Extract<Effect, { do: 'emit' }>): void {
    this.#sequence += 1;
    const { event, receipt } = effect;
    const settled: Settled | undefined =
      receipt === undefined
        ? undefined
        : (kind) => this.#input({ on: 'answer', to: receipt, answer: { kind } });
    this.#ports.emit(event, this.dialect, this.#sequence, settled);
  }

  #send(frame: string | Uint8Array): void {
    if (this.#over || this.#closing !== undefined || this.#peer.send(frame)) return;
    this.#executed?.dropped();
    this.#ports.events.slowReader(this.dialect);
    this.end('overload', 'slow_reader');
  }

  async #ask(as: string, question: Question): Promise<void> {
    const answer = await this.#ports.ask(question, this.#origin);
    if (question.kind === 'admit') this.#admitted(question, answer);
    this.#input({ on: 'answer', to: as, answer });
  }

  #admitted(question: Extract<Question, { kind: 'admit' }>, answer: Answer): void {
    if (answer.kind !== 'admitted') {
      this.#ports.events.admission(this.dialect, answer.kind === 'refused' ? answer.code : answer.kind);
      return;
    }
    this.#ports.events.admission(this.dialect, 'admitted');
    if (this.#over) {
      this.#ports.left(answer.device, 'closed_while_admitting');
    } else if (question.gateway === undefined) {
      this.#main = answer.device;
    } else {
      this.#children ??= new Map();
      this.#children.set(answer.device.number, answer.device);
    }
  }

  #arm(name: string, afterMs: number): void {
    this.#timers ??= new Map();
    this.#timers.get(name)?.cancel();
    const timer = after(afterMs, () => {
      this.#disarm(name);
      this.#input({ on: 'timer', timer: name });
    });
    this.#timers.set(name, timer);
  }

  // Most sessions are without timers most of the time, and an empty map takes as much memory as a session.
  #disarm(name: string): void {
    this.#timers?.get(name)?.cancel();
    this.#timers?.delete(name);
    if (this.#timers?.size === 0) this.#timers = undefined;
  }

  #close(code: number, text: string, reason: string): void {
    if (this.#over || this.#closing !== undefined) return;
    this.#closing = reason;
    this.#peer.end(code, text);
  }
}
