// The part of the page that shows the picture, what is known about it, and the buttons.
import { browser } from '../browser.js';
import type { WatchStats } from '../domain/stats.js';
import { nothing } from '../environment.js';
import { watch } from '../index.js';
import type { Watching, WatchState } from '../watching.js';
import { button, element } from './elements.js';
import { dataOf, figuresOf } from './figures.js';
import { wordsOf } from './words.js';

const SAMPLE_MS = 1_000;

export interface PictureOptions {
  readonly edgeUrls: readonly string[];
  readonly device: string;
  readonly iceTransportPolicy: 'all' | 'relay';
  /** The token is not good any more; nothing is shown then. */
  readonly refused: () => void;
}

export class Picture {
  readonly #options: PictureOptions;
  readonly #section = element('watch', HTMLElement);
  readonly #title = element('state', HTMLParagraphElement);
  readonly #advice = element('advice', HTMLParagraphElement);
  readonly #video = element('video', HTMLVideoElement);
  readonly #figures = element('figures', HTMLDListElement);
  readonly #play = button('play');
  readonly #again = button('again');
  readonly #sound = button('sound');
  #token = '';
  #watching: Watching | undefined;
  /** Of the session that goes on; an older one's are nobody's. */
  #stats: WatchStats | undefined;
  #sessionId: string | null = null;
  /** When the number of pictures last grew, epoch milliseconds. */
  #movedAtMs = 0;
  #timer = nothing;

  constructor(options: PictureOptions) {
    this.#options = options;
    const fullscreen = button('fullscreen');
    fullscreen.hidden = !document.fullscreenEnabled;
    fullscreen.addEventListener('click', () => this.#tried(this.#video.requestFullscreen()));
    this.#again.addEventListener('click', () => this.start(this.#token));
    this.#play.addEventListener('click', () => this.#tried(this.#video.play()));
    this.#sound.addEventListener('click', () => {
      this.#video.muted = !this.#video.muted;
      this.#sound.setAttribute('aria-pressed', String(!this.#video.muted));
    });
  }

  start(token: string): void {
    this.stop();
    this.#token = token;
    this.#section.hidden = false;
    const { edgeUrls, device, iceTransportPolicy } = this.#options;
    const watching = watch({
      ...{ edgeUrls, device, iceTransportPolicy, token, video: this.#video },
      onState: (state) => {
        // What a watching says last may come after the page has let go of it.
        if (this.#watching === watching) this.#changed(state);
      },
    });
    this.#watching = watching;
    this.#movedAtMs = browser.now();
    void this.#sampled();
  }

  /** Ends the session, and shows nothing. */
  stop(): void {
    this.#timer();
    this.#watching?.stop();
    this.#watching = undefined;
    this.#stats = undefined;
    this.#video.srcObject = null;
    this.#video.dataset['state'] = 'stopped';
    this.#section.hidden = true;
  }

  #changed(state: WatchState): void {
    if (state.phase !== 'playing') this.#movedAtMs = browser.now();
    if (state.sessionId !== this.#sessionId) this.#stats = undefined;
    this.#sessionId = state.sessionId;
    this.#show(state);
    if (state.phase === 'stopped' && state.problem?.code === 'invalid_token') {
      this.stop();
      this.#options.refused();
    }
  }

  async #sampled(): Promise<void> {
    const watching = this.#watching;
    if (watching === undefined) return;
    const { sessionId } = watching.state;
    const taken = await watching.stats().catch(() => undefined);
    if (watching !== this.#watching) return;
    const stats = watching.state.sessionId === sessionId ? taken : undefined;
    if (stats?.framesDecoded !== this.#stats?.framesDecoded) this.#movedAtMs = browser.now();
    this.#stats = stats;
    this.#show(watching.state);
    this.#timer = browser.after(SAMPLE_MS, () => void this.#sampled());
  }

  #show(state: WatchState): void {
    const nowMs = browser.now();
    const { title, advice } = wordsOf(state, nowMs, nowMs - this.#movedAtMs);
    // A text that stays is not read out again.
    if (this.#title.textContent !== title) this.#title.textContent = title;
    this.#advice.textContent = advice;
    this.#again.hidden = state.phase !== 'stopped';
    this.#play.hidden = state.phase !== 'playing' || !this.#video.paused;
    Object.assign(this.#video.dataset, dataOf(state, this.#stats));
    const figures = this.#stats === undefined ? [] : figuresOf(this.#stats);
    this.#figures.replaceChildren(
      ...figures.flatMap(([name, figure]) => [written('dt', name), written('dd', figure)]),
    );
  }

  #tried(attempt: Promise<void>): void {
    attempt.catch((error: unknown) => {
      this.#advice.textContent = String(error);
    });
  }
}

function written(tag: 'dt' | 'dd', text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
