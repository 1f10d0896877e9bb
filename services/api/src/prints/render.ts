// Has content turned into dots, with the header that a device's prints carry.
import type { bus, printing, registry } from '@mooring/proto';
import { isFault } from '@mooring/runtime';
import { present } from '../http/access.js';
import type { Parts } from '../http/parts.js';
import { type Content, wrong } from './content.js';

/** Dots across the paper of a Little Printer (berg.md 3.6). */
const WIDTH = 384;
/** A page of HTML may take its browser ten seconds, after waiting for others. */
const RENDER_MS = 30_000;

const fields = { text: 'text', html: 'html', png: 'image' } as const;

/** What stands above a print, and whose clock it shows. */
export interface Header {
  readonly title: string;
  readonly timeZone: string;
}

/** Fault `invalid` naming the field for content that cannot be printed. */
export async function render(
  { peers, clock }: Pick<Parts, 'peers' | 'clock'>,
  content: Content,
  header: Header | undefined,
  preview: boolean,
): Promise<printing.RenderResponse> {
  const above = header === undefined ? undefined : { ...header, timeMs: clock.now() };
  const request = { content, header: above, width: WIDTH, preview };
  try {
    return await peers.printing.render(request, { timeoutMs: RENDER_MS });
  } catch (error) {
    if (!isFault(error, 'invalid') || error.details !== undefined) throw error;
    throw wrong(fields[content.$case], `cannot be printed: ${error.message}`);
  }
}

/** The dots of one picture. */
export async function bitmapOf(
  parts: Pick<Parts, 'peers' | 'clock'>,
  content: Content,
  header?: Header,
): Promise<bus.Bitmap> {
  const { image } = await render(parts, content, header, false);
  return present(image, 'image');
}

/** The header of a device's own prints: its name, in its organization's time. */
export function headerOf(device: registry.Device): Header {
  return { title: device.name || device.identifier, timeZone: device.timeZone };
}
