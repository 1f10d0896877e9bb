// The printing service over gRPC, with a real browser for HTML.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, freePort, type RunningApp, runApp, testChromium } from '@mooring/harness';
import { printing } from '@mooring/proto';
import { type GrpcClient, grpcClient } from '@mooring/runtime';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app, config } from '../src/app.js';

const WIDTH = 384;
type Client = GrpcClient<printing.PrintingClient>;

async function start(env: Readonly<Record<string, string>>) {
  const port = await freePort();
  const settings = { PRINTING_GRPC_HOST: '127.0.0.1', PRINTING_GRPC_PORT: String(port), ...env };
  const running = await runApp(app(config.load(settings)));
  return { running, client: grpcClient(printing.PrintingClient, `127.0.0.1:${port}`) };
}

let running: RunningApp;
let client: Client;
beforeAll(async () => {
  ({ running, client } = await start({ PRINTING_CHROMIUM: testChromium() }));
});
afterAll(async () => {
  client?.close();
  await running?.stop();
});

type Request = Partial<printing.RenderRequest>;
const render = (request: Request, on = client) =>
  on.render(
    { content: undefined, header: undefined, width: WIDTH, preview: false, ...request },
    { timeoutMs: 30_000 },
  );

function dotsOf({ image }: printing.RenderResponse): {
  height: number;
  black: (x: number, y: number) => boolean;
} {
  if (image === undefined) throw new Error('no image');
  const rowBytes = Math.ceil(image.width / 8);
  return {
    height: image.height,
    black: (x, y) => ((image.rows[y * rowBytes + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) !== 0,
  };
}

function blackIn(response: printing.RenderResponse, fromY: number, toY: number): number {
  const { black } = dotsOf(response);
  let count = 0;
  for (let y = fromY; y < toY; y++) for (let x = 0; x < WIDTH; x++) if (black(x, y)) count++;
  return count;
}

function png(width: number, height: number, draw: (x: number, y: number) => number): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const data = context.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      data.data.fill(draw(x, y), at, at + 3);
      data.data[at + 3] = 255;
    }
  }
  context.putImageData(data, 0, 0);
  return canvas.toBuffer('image/png');
}

describe('text', () => {
  it('is as wide as the paper, and longer for more of it', async () => {
    const short = await render({ content: { $case: 'text', value: 'Hello' } });
    const long = await render({ content: { $case: 'text', value: 'Hello, hello! '.repeat(40) } });
    expect(short.image?.width).toBe(WIDTH);
    expect(long.image?.height).toBeGreaterThan(short.image?.height ?? 0);
    expect(blackIn(short, 0, short.image?.height ?? 0)).toBeGreaterThan(100);
  });

  it('is refused when nothing of it can be seen', async () => {
    await expect(render({ content: { $case: 'text', value: ' \u0007\n' } })).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('is cut at the height limit, and that is said', async () => {
    const { image, cutRows } = await render({ content: { $case: 'text', value: 'line\n'.repeat(2_000) } });
    const { image: one } = await render({ content: { $case: 'text', value: 'line' } });
    const { image: two } = await render({ content: { $case: 'text', value: 'line\nline' } });
    const line = (two?.height ?? 0) - (one?.height ?? 0);
    expect(image?.height).toBe(4_000);
    expect(cutRows).toBe((one?.height ?? 0) + 1_999 * line - 4_000);
  });

  it('has a header with the time in the zone of the printer', async () => {
    const content = { $case: 'text', value: 'Hello' } as const;
    const timeMs = Date.parse('2026-07-01T22:30:00Z');
    const bare = await render({ content });
    const header = { title: 'Kitchen', timeMs, timeZone: 'Europe/Sofia' };
    const sofia = await render({ content, header });
    const utc = await render({ content, header: { ...header, timeZone: 'UTC' } });
    expect(sofia.image?.height).toBeGreaterThan(bare.image?.height ?? 0);
    expect(Buffer.compare(sofia.image?.rows ?? Buffer.alloc(0), utc.image?.rows ?? Buffer.alloc(0))).not.toBe(
      0,
    );
    await expect(render({ content, header: { ...header, timeZone: 'Mars/Base' } })).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('pictures', () => {
  it('that are dots already come out dot by dot', async () => {
    const pattern = (x: number, y: number): number => ((x * 7 + y * 13) % 5 === 0 ? 0 : 255);
    const response = await render({ content: { $case: 'png', value: png(WIDTH, 30, pattern) } });
    const { height, black } = dotsOf(response);
    expect(height).toBe(30);
    for (let y = 0; y < 30; y++)
      for (let x = 0; x < WIDTH; x++) expect(black(x, y)).toBe(pattern(x, y) === 0);
  });

  it('are made as wide as the paper, or stand in its middle', async () => {
    const wide = await render({ content: { $case: 'png', value: png(768, 100, () => 0) } });
    expect(wide.image?.height).toBe(50);
    const narrow = dotsOf(await render({ content: { $case: 'png', value: png(100, 10, () => 0) } }));
    expect(narrow.black(142, 5)).toBe(true);
    expect(narrow.black(141, 5)).toBe(false);
    expect(narrow.black(242, 5)).toBe(false);
  });

  it('are dithered: half gray is half black', async () => {
    const gray = await render({ content: { $case: 'png', value: png(WIDTH, 100, () => 128) } });
    const share = blackIn(gray, 0, 100) / (WIDTH * 100);
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  it('are cut at the height limit, and it is said by how much', async () => {
    const value = png(WIDTH, 4_500, () => 0);
    const bare = await render({ content: { $case: 'png', value } });
    expect([bare.image?.height, bare.cutRows]).toEqual([4_000, 500]);
    const header = { title: 'Kitchen', timeMs: 0, timeZone: 'UTC' };
    const headed = await render({ content: { $case: 'png', value }, header });
    expect(headed.image?.height).toBe(4_000);
    expect(headed.cutRows).toBeGreaterThan(500);
  });

  it.each([
    ['no PNG', Buffer.from('GIF89a and so on and so forth')],
    ['a truncated one', png(10, 10, () => 0).subarray(0, -20)],
    ['one that stands for gigabytes', hugeHead()],
  ])('%s is refused', async (_, value) => {
    await expect(render({ content: { $case: 'png', value } })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('show in the preview as the dots that they become', async () => {
    const response = await render({
      content: { $case: 'png', value: png(WIDTH, 40, (x) => x % 256) },
      preview: true,
    });
    const shown = await loadImage(Buffer.from(response.previewPng));
    const canvas = createCanvas(shown.width, shown.height);
    const context = canvas.getContext('2d');
    context.drawImage(shown, 0, 0);
    const { data } = context.getImageData(0, 0, shown.width, shown.height);
    const { height, black } = dotsOf(response);
    expect([shown.width, shown.height]).toEqual([WIDTH, height]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < WIDTH; x++) expect(data[(y * WIDTH + x) * 4]).toBe(black(x, y) ? 0 : 255);
    }
  });
});

describe('HTML', () => {
  const html = (value: string) => render({ content: { $case: 'html', value } });

  it('is laid out by a browser', async () => {
    const box = await html('<body style="margin:0"><div style="height:60px;background:#000"></div></body>');
    const { height, black } = dotsOf(box);
    expect(height).toBeGreaterThanOrEqual(60);
    expect(black(0, 0) && black(WIDTH - 1, 59)).toBe(true);
    const words = await html('<h1>Hello</h1><p>from a page</p>');
    expect(blackIn(words, 0, words.image?.height ?? 0)).toBeGreaterThan(500);
  });

  it('runs no scripts and reaches nothing', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const page = await html(
      `<body style="margin:0"><img src="http://127.0.0.1:${port}/a.png"><iframe src="file:///etc/passwd"></iframe>
       <link rel="stylesheet" href="http://127.0.0.1:${port}/b.css">
       <script>document.body.innerHTML = '<div style="height:3000px;background:#000"></div>'</script></body>`,
    );
    expect(page.image?.height).toBeLessThan(1_000);
    expect(asked).toBe(0);
    server.close();
  });

  it('is cut at the height limit', async () => {
    const { image, cutRows } = await html('<body style="margin:0"><div style="height:9000px">long</div>');
    expect(image?.height).toBe(4_000);
    expect(cutRows).toBe(5_000);
  });

  it('is as long as what is on it', async () => {
    const box = '<div style="height:50px;background:#000"></div>';
    expect((await html(`<body style="margin:0">${box}`)).image?.height).toBe(50);
    expect((await html(`<!doctype html><body style="margin:0">${box}`)).image?.height).toBe(50);
    const below = await html(
      `<body style="margin:0"><div style="position:absolute;top:300px;width:100%">${box}</div>`,
    );
    expect(below.image?.height).toBe(350);
  });

  it('shows what stands in it as data', async () => {
    const src = `data:image/png;base64,${png(40, 40, () => 0).toString('base64')}`;
    const page = await html(`<body style="margin:0"><img style="display:block" src="${src}">`);
    expect(blackIn(page, 0, 40)).toBe(1_600);
  });

  it('waits apart from what needs no browser', async () => {
    const narrow = await start({
      PRINTING_CHROMIUM: testChromium(),
      PRINTING_PAGES_PARALLEL: '1',
      PRINTING_PAGES_WAITING: '0',
    });
    const page = { $case: 'html', value: '<p>hello</p>' } as const;
    const pages = [1, 2, 3].map(() => render({ content: page }, narrow.client));
    const text = render({ content: { $case: 'text', value: 'hello' } }, narrow.client);
    const codes = (await Promise.allSettled(pages)).map((end) =>
      end.status === 'rejected' ? end.reason.code : 'ok',
    );
    expect(codes.sort()).toEqual(['exhausted', 'exhausted', 'ok']);
    expect((await text).image?.width).toBe(WIDTH);
    narrow.client.close();
    await narrow.running.stop();
  });

  it('is rendered again after the browser died', async () => {
    await html('<p>one</p>');
    expect(browsers()).not.toEqual([]);
    for (const pid of browsers()) process.kill(pid, 'SIGKILL');
    await eventually(async () => (await html('<p>two</p>').catch(() => undefined)) !== undefined);
  });

  it('is refused in words where there is no browser, and the rest is printed', async () => {
    const without = await start({ PRINTING_CHROMIUM: '/nowhere/chromium' });
    const content = { $case: 'html', value: '<p>hello</p>' } as const;
    await expect(render({ content }, without.client)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('Chromium'),
    });
    expect((await render({ content: { $case: 'text', value: 'hello' } }, without.client)).image?.width).toBe(
      WIDTH,
    );
    without.client.close();
    await without.running.stop();
  });
});

/** The head of a picture of 60 000 by 60 000. */
function hugeHead(): Buffer {
  const head = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(head);
  head.writeUInt32BE(60_000, 16);
  head.writeUInt32BE(60_000, 20);
  return head;
}

/** Children of this process that are Chromium. */
function browsers(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children
    .map(Number)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('chromium'));
}
