// One live session: holds a dialect's state, runs its step, performs the effects in order. Knows no socket and no bus.
import type {
  AdmittedDevice,
  Answer,
  CloseReason,
  ConnectionClosed,
  Delivered,
  Dialect,
  DialectName,
  Effect,
  Hello,
  Input,
  Question,
  Step,
  Taken,
} from '../dialects/dialect.js';
import { isLeaving } from './close-reason.js';
import { Executed, type GivenCommand, UNSUPPORTED } from './executed.js';
import { originOf } from './origin.js';
import { orphaned } from './orphaned.js';
import type { Accepted, LiveSession, Origin, Peer, SessionPorts, Settled } from './ports.js';
import { NOT_HERE, Present } from './present.js';
import { type Rate, rateOf, type SessionSettings } from './rate.js';
import { Timers } from './timers.js';

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
  readonly #timers = new Timers();
  readonly #present = new Present();
  /** Absent until the first command: most sessions never get one. */
  #executed: Executed | undefined;
  #heard = false;
  /** What the running step says about what was delivered. */
  #accepted = NOT_HERE;

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
    this.#origin = originOf(dialect.name, hello, traceparent);
    const now = Date.now();
    this.#rate = rateOf(dialect.limits, settings, now);
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
    this.#ports.sampler.run(this.#origin, () => this.#input(input));
  }

  alive(): void {
    this.#heard = true;
  }

  closed(reason: string): string {
    const why = this.#closing ?? reason;
    if (this.#over) return why;
    this.#deliver({ on: 'closed', leaving: isLeaving(this.#closing, reason) });
    this.#over = true;
    this.#timers.cancelAll();
    for (const device of this.#present.clear()) this.#ports.left(device, why);
    return why;
  }

  end(close: CloseReason, reason: string): void {
    const { code, text } = this.#dialect.closeFor(close);
    this.#close(code, text, reason);
  }

  superseded(deviceNumber: bigint, epoch: bigint): boolean {
    const device = this.#present.find(deviceNumber, epoch);
    if (device === undefined) return false;
    this.#input({ on: 'command', command: { kind: 'superseded', device } });
    this.#present.removeChild(deviceNumber);
    return true;
  }

  disconnect(deviceNumber: bigint, epoch: bigint, reason: string): boolean {
    if (deviceNumber === 0n) {
      this.deliver(0n, epoch, { on: 'withdrawn' });
      return this.#closing !== undefined;
    }
    const device = this.#present.find(deviceNumber, epoch);
    if (device === undefined) return false;
    if (device === this.#present.main) this.end('operator', reason);
    else this.superseded(deviceNumber, epoch);
    return true;
  }

  execute(deviceNumber: bigint, epoch: bigint, command: GivenCommand): Taken | 'gone' {
    const device = this.#present.find(deviceNumber, epoch);
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

  deliver(deviceNumber: bigint, epoch: bigint, input: Delivered): Accepted {
    const isMeant = deviceNumber === 0n || this.#present.find(deviceNumber, epoch) !== undefined;
    if (!isMeant || this.#over || this.#closing !== undefined) return NOT_HERE;
    this.#deliver(input);
    this.#catchUp();
    return this.#closing === undefined ? this.#accepted : NOT_HERE;
  }

  seen(): readonly AdmittedDevice[] {
    if (!this.#heard) return [];
    const devices = this.#present.all();
    if (devices.length > 0) this.#heard = false;
    return devices;
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
    this.#take(() => this.#dialect.step(this.#state, input, Date.now()));
  }

  #deliver(input: Delivered | ConnectionClosed): void {
    this.#accepted = NOT_HERE;
    const { deliver } = this.#dialect;
    if (deliver !== undefined) this.#take(() => deliver(this.#state, input, Date.now()));
  }

  #take(make: () => Step<S>): void {
    this.#stepping = true;
    try {
      const step = make();
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
        this.#timers.arm(effect.timer, effect.afterMs, () =>
          this.#input({ on: 'timer', timer: effect.timer }),
        );
        return;
      case 'disarm':
        this.#timers.disarm(effect.timer);
        return;
      case 'signal':
        void this.#signal(effect);
        return;
      case 'accept':
        this.#accepted = { ...effect, accepted: true };
        return;
      case 'allow':
        this.#rate.allow(effect.frames);
        return;
      case 'release':
        if (this.#present.removeChild(effect.device.number)) this.#ports.left(effect.device, effect.reason);
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
    const answer = await this.#ports.ask(question, this.#origin, this.#present.main);
    if (question.kind === 'admit') this.#admitted(question, answer);
    if (this.#over) {
      const { dialect, connectionId } = this;
      for (const event of orphaned(answer, connectionId, Date.now()))
        this.#ports.emit(event, dialect, ++this.#sequence, undefined);
    }
    this.#input({ on: 'answer', to: as, answer });
  }

  async #signal({ as, ...sent }: Extract<Effect, { do: 'signal' }>): Promise<void> {
    const from = { from: this.connectionId, device: this.#present.main };
    const outcome = await this.#ports.signal({ ...sent, ...from }, this.dialect);
    this.#input({ on: 'answer', to: as, answer: { kind: 'signalled', outcome } });
  }

  #admitted(question: Extract<Question, { kind: 'admit' }>, answer: Answer): void {
    if (answer.kind !== 'admitted') {
      this.#ports.events.admission(this.dialect, answer.kind === 'refused' ? answer.code : answer.kind);
      return;
    }
    this.#ports.events.admission(this.dialect, 'admitted');
    if (this.#over) {
      this.#ports.left(answer.device, 'closed_while_admitting');
    } else {
      this.#present.add(answer.device, question.gateway !== undefined);
    }
  }

  #close(code: number, text: string, reason: string): void {
    if (this.#over || this.#closing !== undefined) return;
    this.#closing = reason;
    this.#peer.end(code, text);
  }
}
