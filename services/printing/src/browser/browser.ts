// Renders HTML with a Chromium that may neither run scripts nor reach anything.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asFault, deadline, Fault, type Runnable } from '@mooring/runtime';
import { type Browser as Chromium, chromium, type Page } from 'playwright-core';
import { browserFailed, browserStarted } from '../events.js';
import { writeFontConfig } from './font-config.js';

const START_MS = 20_000;
const PAGE_MS = 10_000;
const CLOSE_MS = 5_000;
const FIRST_HEIGHT = 400;
// Names are resolved to nothing; what still tries is turned away by the route below.
const ARGS = ['--host-resolver-rules=MAP * ~NOTFOUND', '--disable-remote-fonts', '--disable-dev-shm-usage'];

export interface HtmlRenderer {
  /** A PNG of the page, `width` wide and at most `maxRows` high. Fault `invalid` for a page that does not load in time. */
  png(html: string, width: number, maxRows: number): Promise<Buffer>;
}

/** The browser: started with the first page, started anew when it has died, ended at stop. */
export class Browser implements HtmlRenderer {
  readonly #executable: string | undefined;
  #folder: string | undefined;
  #running: Promise<Chromium> | undefined;

  /** Undefined where no Chromium is installed: then every page is refused. */
  constructor(executable: string | undefined) {
    this.#executable = executable;
  }

  async png(html: string, width: number, maxRows: number): Promise<Buffer> {
    const browser = await this.#browser();
    const page = await deadline(openPage(browser, width), PAGE_MS, 'opening a page');
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
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
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
    try {
      return await this.#running;
    } catch (error) {
      this.#running = undefined;
      browserFailed(error);
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
    browser.once('disconnected', () => {
      this.#running = undefined;
    });
    browserStarted();
    return browser;
  }

  async #end(browser: Chromium): Promise<void> {
    this.#running = undefined;
    await deadline(browser.close(), CLOSE_MS, 'ending the browser').catch((error: unknown) =>
      browserFailed(error),
    );
  }
}

async function openPage(browser: Chromium, width: number): Promise<Page> {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    offline: true,
    acceptDownloads: false,
    serviceWorkers: 'block',
    viewport: { width, height: FIRST_HEIGHT },
    deviceScaleFactor: 1,
  });
  await context.route('**/*', (route) => route.abort());
  return context.newPage();
}

async function shoot(page: Page, html: string, width: number, maxRows: number): Promise<Buffer> {
  page.setDefaultTimeout(PAGE_MS);
  await page.setContent(html, { waitUntil: 'load' });
  const height = await page.evaluate('document.documentElement.scrollHeight');
  // One row more than fits, so that what is missing is noticed.
  const rows = Math.max(1, Math.min(Number(height) || 1, maxRows + 1));
  await page.setViewportSize({ width, height: rows });
  return page.screenshot({ type: 'png', animations: 'disabled', clip: { x: 0, y: 0, width, height: rows } });
}
