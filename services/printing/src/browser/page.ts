// One page of HTML: what it may do, and how long it is on paper.
import type { Browser, Page as BrowserPage } from 'playwright-core';

/** What a page looks like. */
export interface Page {
  readonly png: Buffer;
  /** Rows that the page has beyond those shown. */
  readonly leftOutRows: number;
}

const TIMEOUT_MS = 10_000;
// Paper has no height: a page is as long as what is on it, and never less than what it is looked at through.
const VIEW_HEIGHT = 1;

/** An empty page that runs no scripts and loads nothing but what stands in it. */
export async function openPage(browser: Browser, width: number): Promise<BrowserPage> {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    offline: true,
    acceptDownloads: false,
    serviceWorkers: 'block',
    viewport: { width, height: VIEW_HEIGHT },
    deviceScaleFactor: 1,
  });
  // A `data:` URL is not a request, and is shown.
  await context.route('**/*', (route) => route.abort());
  return context.newPage();
}

/** The first `maxRows` rows of `html`. */
export async function shoot(page: BrowserPage, html: string, width: number, maxRows: number): Promise<Page> {
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.setContent(html, { waitUntil: 'load' });
  // What stands at the lower edge of the view belongs at the end of the paper, and may make the page longer.
  await page.setViewportSize({ width, height: Math.min(await heightOf(page), maxRows) });
  const height = await heightOf(page);
  const shown = Math.min(height, maxRows);
  const clip = { x: 0, y: 0, width, height: shown };
  const png = await page.screenshot({ type: 'png', animations: 'disabled', fullPage: true, clip });
  return { png, leftOutRows: height - shown };
}

async function heightOf(page: BrowserPage): Promise<number> {
  // Which of the two scrolls depends on the page's document type.
  const height = await page.evaluate(
    'Math.max(document.documentElement.scrollHeight, document.body?.scrollHeight ?? 0)',
  );
  return Math.max(1, Number(height) || 1);
}
