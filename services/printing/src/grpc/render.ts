// Render: content and header become dots.
import type { printing } from '@mooring/proto';
import { asFault, Fault } from '@mooring/runtime';
import type { HtmlRenderer } from '../browser/browser.js';
import { dateLine } from '../domain/date-line.js';
import { cutTo, type Dots, packed, stacked } from '../domain/dots.js';
import { drawPicture } from '../draw/picture.js';
import { previewPng } from '../draw/preview.js';
import { drawHeader, drawText } from '../draw/text.js';
import { type ContentKind, printCut, renderEnded } from '../events.js';
import type { Turns } from '../turns.js';

/** What rendering works with. */
export interface RenderParts {
  readonly browser: HtmlRenderer;
  readonly turns: Turns;
  readonly maxRows: number;
}

type Content = NonNullable<printing.RenderRequest['content']>;

const MAX_TEXT = 100_000;
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
      const response = await parts.turns.run(() => draw(parts, request, content), signal);
      ended('ok');
      return response;
    } catch (error) {
      ended(asFault(error).code);
      throw error;
    }
  };
}

async function draw(
  parts: RenderParts,
  { header, width, preview }: printing.RenderRequest,
  content: Content,
): Promise<printing.RenderResponse> {
  const { maxRows } = parts;
  const above =
    header === undefined ? [] : [drawHeader(header.title, dateLine(header.timeMs, header.timeZone), width)];
  const whole = stacked([...above, await drawContent(parts, content, width)], width);
  const { dots, cutRows } = cutTo(whole, maxRows);
  if (cutRows > 0) printCut();
  const previewBytes = preview ? await previewPng(dots) : Buffer.alloc(0);
  return { image: packed(dots), previewPng: previewBytes, cutRows };
}

async function drawContent(
  { browser, maxRows }: RenderParts,
  content: Content,
  width: number,
): Promise<Dots> {
  switch (content.$case) {
    case 'text':
      if (content.value.length > MAX_TEXT) throw new Fault('invalid', `the text is longer than ${MAX_TEXT}`);
      return drawText(content.value, width, maxRows);
    case 'html':
      if (Buffer.byteLength(content.value) > MAX_HTML_BYTES) {
        throw new Fault('invalid', `the HTML has more than ${MAX_HTML_BYTES} bytes`);
      }
      return drawPicture(await browser.png(content.value, width, maxRows), width, maxRows);
    case 'png':
      return drawPicture(content.value, width, maxRows);
  }
}
