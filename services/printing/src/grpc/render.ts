// Render: content and header become dots.
import type { printing } from '@mooring/proto';
import { asFault, Fault, type Turns } from '@mooring/runtime';
import type { HtmlRenderer, Page } from '../browser/browser.js';
import { dateLine } from '../domain/date-line.js';
import { cutTo, type Drawn, packed, stacked } from '../domain/dots.js';
import { drawPicture } from '../draw/picture.js';
import { previewPng } from '../draw/preview.js';
import { drawHeader, drawText } from '../draw/text.js';
import { type ContentKind, printCut, renderEnded } from '../events.js';
import { inTurn } from '../in-turn.js';

/** What rendering works with. */
export interface RenderParts {
  readonly browser: HtmlRenderer;
  /** For drawing dots. */
  readonly turns: Turns;
  /** For pages in the browser, which may take seconds: text and pictures do not wait for them. */
  readonly pageTurns: Turns;
  readonly maxRows: number;
}

type Content = NonNullable<printing.RenderRequest['content']>;

// More than the longest paper holds, and laid out within a second.
const MAX_TEXT = 20_000;
const MAX_HTML_BYTES = 256 * 1024;
const MIN_WIDTH = 64;
const MAX_WIDTH = 2_048;

export function render(parts: RenderParts) {
  return async (
    request: printing.RenderRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<printing.RenderResponse> => {
    const { content, width } = request;
    if (content === undefined) throw new Fault('invalid', 'there is nothing to print');
    if (width < MIN_WIDTH || width > MAX_WIDTH) {
      throw new Fault('invalid', `width must be from ${MIN_WIDTH} to ${MAX_WIDTH} dots`);
    }
    const startMs = performance.now();
    const ended = (outcome: Parameters<typeof renderEnded>[1]): void =>
      renderEnded(content.$case satisfies ContentKind, outcome, (performance.now() - startMs) / 1_000);
    try {
      const page = content.$case === 'html' ? await layOut(parts, content.value, width, signal) : undefined;
      const response = await inTurn(parts.turns, () => draw(parts, request, content, page), signal);
      ended('ok');
      return response;
    } catch (error) {
      ended(asFault(error).code);
      throw error;
    }
  };
}

async function layOut(
  { browser, pageTurns, maxRows }: RenderParts,
  html: string,
  width: number,
  signal: AbortSignal,
): Promise<Page> {
  if (Buffer.byteLength(html) > MAX_HTML_BYTES) {
    throw new Fault('invalid', `the HTML has more than ${MAX_HTML_BYTES} bytes`);
  }
  return inTurn(pageTurns, () => browser.page(html, width, maxRows), signal);
}

async function draw(
  { maxRows }: RenderParts,
  { header, width, preview }: printing.RenderRequest,
  content: Content,
  page: Page | undefined,
): Promise<printing.RenderResponse> {
  const above =
    header === undefined ? [] : [drawHeader(header.title, dateLine(header.timeMs, header.timeZone), width)];
  const below = await drawContent(content, page, width, maxRows);
  const { dots, cutRows: cutHere } = cutTo(stacked([...above, below.dots], width), maxRows);
  const cutRows = cutHere + below.leftOutRows;
  if (cutRows > 0) printCut();
  const previewBytes = preview ? await previewPng(dots) : Buffer.alloc(0);
  return { image: packed(dots), previewPng: previewBytes, cutRows };
}

async function drawContent(
  content: Content,
  page: Page | undefined,
  width: number,
  maxRows: number,
): Promise<Drawn> {
  if (page !== undefined) {
    const { dots } = await drawPicture(page.png, width, maxRows);
    return { dots, leftOutRows: page.leftOutRows };
  }
  if (content.$case === 'png') return drawPicture(content.value, width, maxRows);
  if (content.value.length > MAX_TEXT)
    throw new Fault('invalid', `the text has more than ${MAX_TEXT} characters`);
  return drawText(content.value, width, maxRows);
}
