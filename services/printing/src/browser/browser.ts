// Renders HTML with a Chromium that may neither run scripts nor reach anything.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asFault, deadline, Fault, type Runnable, untilAborted } from '@mooring/runtime';
import { type Browser as Chromium, chromium } from 'playwright-core';
import { browserFailed, browserStarted } from '../events.js';
import { writeFontConfig } from './font-config.js';
import { openPage, type Page, shoot } from './page.js';

const START_MS = 20_000;
const PAGE_MS = 10_000;
const CLOSE_MS = 5_000;
// Names are resolved to nothing; what still tries is turned away by the route below.
const ARGS = ['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-remote-fonts', '--disable-dev-shm-usage'];

export type { Page } from './page.js';

export interface HtmlRenderer {
  /** The page, `width` wide and at most `maxRows` high. Fault `invalid` for a page that does not load in time. */
  page(html: string, width: number, maxRows: number): Promise<Page>;
}

/** The browser: started with the first page, started anew when it has died, ended at stop. */
export class Browser implements HtmlRenderer {
  readonly #executable: string | undefined;
  #folder: string | undefined;
  #running: Promise<Chromium> | undefined;
  /** What `#running` came to. */
  #live: Chromium | undefined;

  /** Undefined where no Chromium is installed: then every page is refused. */
  constructor(executable: string | undefined) {
    this.#executable = executable;
  }

  async page(html: string, width: number, maxRows: number): Promise<Page> {
    const browser = await this.#browser();
    const page = await deadline(openPage(browser, width), PAGE_MS, 'opening a page').catch(async (cause) => {
      // What may still open is closed with the browser.
      await this.#end(browser);
      throw new Fault('unavailable', 'the browser opens no page', { cause });
    });
    try {
      return await deadline(shoot(page, html, width, maxRows), PAGE_MS, 'rendering a page');
    } catch (cause) {
      if (!browser.isConnected()) throw new Fault('unavailable', 'the browser died', { cause });
      throw new Fault('invalid', 'the page could not be rendered in time', { cause });
    } finally {
      await deadline(page.context().close(), CLOSE_MS, 'closing a page').catch(() => this.#end(browser));
    }
  }

  runnable(): Runnable {
    return {
      name: 'browser',
      run: async ({ signal, ready }) => {
        ready();
        await untilAborted(signal);
        const running = await this.#running?.catch(() => undefined);
        if (running !== undefined) await this.#end(running);
        if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
      },
    };
  }

  async #browser(): Promise<Chromium> {
    const executable = this.#executable;
    if (executable === undefined) {
      const message =
        'cannot be printed here: this needs a Chromium, installed or named by PRINTING_CHROMIUM';
      throw new Fault('invalid', `HTML ${message}`, { details: [{ field: 'html', message }] });
    }
    this.#running ??= this.#start(executable);
    const starting = this.#running;
    try {
      return await starting;
    } catch (error) {
      if (this.#running === starting) {
        this.#running = undefined;
        browserFailed('failed', error);
      }
      throw new Fault('unavailable', 'the browser did not start', { cause: asFault(error) });
    }
  }

  async #start(executablePath: string): Promise<Chromium> {
    this.#folder ??= await mkdtemp(path.join(tmpdir(), 'mooring-printing-'));
    const browser = await chromium.launch({
      executablePath,
      // Chromium's own sandbox does not work for root; the page has no scripts and no network either way.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ARGS,
      timeout: START_MS,
      env: { HOME: this.#folder, FONTCONFIG_FILE: writeFontConfig(this.#folder) },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    this.#live = browser;
    browser.once('disconnected', () => this.#forget(browser));
    browserStarted();
    return browser;
  }

  /** The next page starts another one, unless that has happened already. */
  #forget(browser: Chromium): void {
    if (this.#live !== browser) return;
    this.#live = undefined;
    this.#running = undefined;
  }

  async #end(browser: Chromium): Promise<void> {
    this.#forget(browser);
    await deadline(browser.close(), CLOSE_MS, 'ending the browser').catch((error: unknown) =>
      browserFailed('stuck', error),
    );
  }
}
