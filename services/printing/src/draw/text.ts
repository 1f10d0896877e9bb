// Draws text, and the header above a print.

import { Fault } from '@mooring/runtime';
import { createCanvas } from '@napi-rs/canvas';
import { thresholded } from '../domain/dither.js';
import type { Dots, Drawn } from '../domain/dots.js';
import { type Measure, visible, wrapped } from '../domain/wrap.js';
import { type Face, font } from './fonts.js';
import { paper } from './paper.js';

/** Sizes in dots, of which a Little Printer makes about 8 a millimetre. */
const BODY = { face: 'regular', size: 26, line: 34 } as const;
const TITLE = { face: 'bold', size: 26, line: 34 } as const;
const DATE = { face: 'regular', size: 18, line: 26 } as const;
const MARGIN = 8;
const RULE = 2;
const GAP = 10;
const MAX_TITLE_LINES = 3;

interface Style {
  readonly face: Face;
  readonly size: number;
  readonly line: number;
}

function measureIn({ face, size }: Style): Measure {
  const context = createCanvas(1, 1).getContext('2d');
  context.font = font(face, size);
  return (text) => context.measureText(text).width;
}

/** At most `maxRows` of the text. Fault `invalid` for text of which nothing can be seen. */
export function drawText(text: string, width: number, maxRows: number): Drawn {
  const seen = visible(text);
  if (seen.trim() === '') throw new Fault('invalid', 'the text is empty');
  const lines = wrapped(seen, width - 2 * MARGIN, measureIn(BODY));
  const shown = lines.slice(0, Math.ceil(maxRows / BODY.line)).map((line) => ({ text: line, style: BODY }));
  const leftOutRows = (lines.length - shown.length) * BODY.line;
  return { dots: drawLines(shown, width, false), leftOutRows };
}

/** A title, if there is one, and a line below, above a rule. */
export function drawHeader(title: string, date: string, width: number): Dots {
  const name = visible(title).replaceAll('\n', ' ').trim();
  const inner = width - 2 * MARGIN;
  const titles = name === '' ? [] : wrapped(name, inner, measureIn(TITLE)).slice(0, MAX_TITLE_LINES);
  const dates = wrapped(date, inner, measureIn(DATE));
  const lines = [
    ...titles.map((text) => ({ text, style: TITLE })),
    ...dates.map((text) => ({ text, style: DATE })),
  ];
  return drawLines(lines, width, true);
}

interface Line {
  readonly text: string;
  readonly style: Style;
}

function drawLines(lines: readonly Line[], width: number, rule: boolean): Dots {
  const below = rule ? GAP + RULE + GAP : MARGIN;
  const height = lines.reduce((sum, { style }) => sum + style.line, MARGIN) + below;
  const { context, gray } = paper(width, height);
  let y = MARGIN;
  for (const { text, style } of lines) {
    context.font = font(style.face, style.size);
    context.fillText(text, MARGIN, y + style.size);
    y += style.line;
  }
  if (rule) context.fillRect(MARGIN, y + GAP, width - 2 * MARGIN, RULE);
  return thresholded(gray());
}
