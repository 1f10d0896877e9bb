// Cameras and viewers that set up watch sessions over WebSockets and take the time; they speak the seed's messages.
import { deadline } from '@mooring/runtime';
import { WebSocket } from 'ws';
import { answer, candidates, offer } from './sdp.js';

const LIMIT_MS = 30_000;

interface Message {
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What one session took, in milliseconds. */
export interface Times {
  readonly watchToReadyMs: number;
  readonly offerToAnswerMs: number;
}

abstract class Peer {
  readonly #socket: WebSocket;

  protected constructor(url: string) {
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    // An error is followed by the close, and what waits for an answer then runs into its deadline.
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (data) => this.received(JSON.parse(data.toString()) as Message));
  }

  protected abstract received(message: Message): void;

  protected opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('close', () => reject(new Error('the server closed a connection')));
    });
  }

  protected say(type: string, payload: object): void {
    this.#socket.send(JSON.stringify({ type, ts: new Date().toISOString(), payload }));
  }

  end(): void {
    this.#socket.terminate();
  }
}

/** Answers every offer at once and then sends its candidates. */
export class Camera extends Peer {
  #welcome: () => void = () => undefined;

  static async connect(url: string, identifier: string): Promise<Camera> {
    const camera = new Camera(`${url}/ws/device`);
    await deadline(camera.opened(), LIMIT_MS, 'the upgrade of a camera');
    const welcome = new Promise<void>((resolve) => {
      camera.#welcome = resolve;
    });
    camera.say('hello', { device_id: identifier });
    await deadline(welcome, LIMIT_MS, 'the welcome of a camera');
    return camera;
  }

  protected received({ type, payload }: Message): void {
    if (type === 'hello_ack') this.#welcome();
    if (type !== 'signal_offer') return;
    const { session_id } = payload;
    this.say('signal_answer', { session_id, sdp: answer });
    for (const candidate of candidates) this.say('signal_ice', { session_id, candidate });
  }
}

/** Watches one camera. */
export class Viewer extends Peer {
  #waiting: { readonly type: string; readonly come: (message: Message) => void } | undefined;

  static async connect(url: string, token: string): Promise<Viewer> {
    const viewer = new Viewer(`${url}/ws/viewer`);
    await deadline(viewer.opened(), LIMIT_MS, 'the upgrade of a viewer');
    await viewer.#ask('hello', { token }, 'hello_ack');
    return viewer;
  }

  /** Asks to watch, offers, and waits for the answer. */
  async watch(identifier: string): Promise<Times> {
    const askedMs = performance.now();
    const { payload } = await this.#ask('watch_request', { device_id: identifier }, 'watch_ready');
    const readyMs = performance.now();
    const { session_id } = payload;
    const answered = this.#ask('signal_offer', { session_id, sdp: offer }, 'signal_answer');
    for (const candidate of candidates) this.say('signal_ice', { session_id, candidate });
    await answered;
    return { watchToReadyMs: readyMs - askedMs, offerToAnswerMs: performance.now() - readyMs };
  }

  #ask(type: string, payload: object, awaited: string): Promise<Message> {
    const come = new Promise<Message>((resolve, reject) => {
      this.#waiting = {
        type: awaited,
        come: (message) =>
          message.type === 'error'
            ? reject(new Error(`a viewer heard: ${String(message.payload['message'])}`))
            : resolve(message),
      };
    });
    this.say(type, payload);
    return deadline(come, LIMIT_MS, `${awaited} after ${type}`);
  }

  protected received(message: Message): void {
    const waiting = this.#waiting;
    if (waiting === undefined || (message.type !== waiting.type && message.type !== 'error')) return;
    this.#waiting = undefined;
    waiting.come(message);
  }
}
