// Video from a camera to the project's own watch page, over two edges: with a browser for a camera and a simulated one,
// directly and through a TURN server, for several viewers, and through the loss of an edge.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CameraDevice, cameraDevice, loadVideo, type Video } from '@mooring/devices';
import { eventually, launchBrowser } from '@mooring/harness';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestStack, type TestStack } from './_stack.js';
import { type TurnOrWhy, turnOrWhy } from './_turn.js';

/** So many that none of them came through by chance: a second and a half of the simulated camera. */
const MOVING_FRAMES = 20;
const SIMULATED = 'simulated-cam';
const IN_BROWSER = 'browser-cam';

let relay: TurnOrWhy;
let mooring: TestStack;
let browser: Browser;
let site: Server;
let video: Video;
let camera: CameraDevice;

beforeAll(async () => {
  relay = await turnOrWhy();
  const { turn } = relay;
  // Named without a transport it is offered over UDP and over TCP.
  const turnUrl = turn?.url.replace('?transport=udp', '') ?? '';
  const env = turn === undefined ? {} : { SIGNALING_TURN_URLS: turnUrl, SIGNALING_TURN_SECRETS: turn.secret };
  mooring = await startTestStack({ env });
  video = await loadVideo();
  const [url = ''] = mooring.edges;
  camera = cameraDevice({ url, identifier: SIMULATED, peer: video.peer });
  browser = await launchBrowser();
  site = createServer((_, response) => {
    const html = readFileSync(new URL('camera.html', import.meta.url));
    response.writeHead(200, { 'content-type': 'text/html' }).end(html);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const { port } = site.address() as AddressInfo;
  const page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${port}/?edge=${encodeURIComponent(url)}&device=${IN_BROWSER}`);
  for (const name of [SIMULATED, IN_BROWSER]) {
    await eventually(async () => (await mooring.api.device('camera', name))?.presence.online, { what: name });
  }
});
afterEach(async () => {
  for (const viewer of viewers.splice(0)) await leave(viewer);
  await ended(0);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await camera?.close();
  await video?.close();
  await mooring?.stop();
  await relay?.turn?.stop();
});

const viewers: Page[] = [];

/** The watch page of a camera, in a browser context of its own, at the second edge. */
async function watch(device: string, query = ''): Promise<Page> {
  const context = await browser.newContext();
  // The page takes an edge by chance: always the last one.
  await context.addInitScript('Math.random = () => 0.99');
  const page = await context.newPage();
  viewers.push(page);
  await page.goto(`${mooring.file.api}/watch/${device}${query}#access_token=${mooring.file.owner.token}`);
  return page;
}

/** Goes to another page, as people do. */
async function leave(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.context().close();
}

/** Waits until the simulated camera has so many sessions left: a page's last word may get lost, and is waited for. */
function ended(left: number): Promise<unknown> {
  return eventually(() => camera.watched.ids.length === left, {
    what: `all but ${left} sessions to end`,
    withinMs: 30_000,
  });
}

/** What the page says of its picture. */
const shown = (page: Page): Promise<Readonly<Record<string, string | undefined>>> =>
  page.locator('video').evaluate((element) => ({ ...element.dataset }));
const frames = async (page: Page): Promise<number> => Number((await shown(page))['framesDecoded'] ?? 0);

/** Waits until as many frames as move have been decoded after those that were. */
async function moves(page: Page, after = 0): Promise<Readonly<Record<string, string | undefined>>> {
  await eventually(async () => (await frames(page)) > after + MOVING_FRAMES, {
    what: `${MOVING_FRAMES} frames after ${after}`,
    withinMs: 40_000,
  });
  return shown(page);
}

describe.each([IN_BROWSER, SIMULATED])('%s', (device) => {
  it('is seen at the other edge', async () => {
    const page = await watch(device);
    const seen = await moves(page);
    expect(seen).toMatchObject({ state: 'playing', signaling: 'up', problem: '' });
    expect(seen['edge']).toContain(mooring.edges[1]);
    expect(['host', 'prflx']).toContain(seen['localCandidateType']);
    const width = await page.evaluate(`document.querySelector('video').videoWidth`);
    expect(width).toBe(device === SIMULATED ? 320 : 640);
  });

  it('is seen through a TURN server alone', async ({ skip }) => {
    if (relay.turn === undefined) return skip(relay.why);
    const { log } = relay.turn;
    const page = await watch(device, '?ice=relay');
    const seen = await moves(page);
    expect(seen).toMatchObject({ state: 'playing', localCandidateType: 'relay' });
    // With credentials of this session; the camera may have found its way before it needed any.
    const user = `viewer_[^>]+_${String(seen['session']).slice(0, 8)}`;
    const allocated = new RegExp(`user <\\d+:${user}>: incoming packet ALLOCATE processed, success`);
    await eventually(() => allocated.test(log()), { what: 'the allocation of the viewer' });
    await eventually(() => log().includes('tcp or tls connected to: 127.0.0.1:'), { what: 'a try over TCP' });
  });
});

it('is seen by three at once, each in a session of its own, until they leave', async () => {
  const pages = await Promise.all([watch(SIMULATED), watch(SIMULATED), watch(SIMULATED)]);
  const seen = await Promise.all(pages.map((page) => moves(page)));
  const sessions = seen.map(({ session }) => String(session));
  expect(new Set(sessions).size).toBe(3);
  expect([...camera.watched.ids].sort()).toEqual([...sessions].sort());
  const [first, ...others] = viewers.splice(0);
  if (first === undefined) throw new Error('three pages');
  await leave(first);
  viewers.push(...others);
  await ended(2);
  for (const page of others) await moves(page, await frames(page));
  expect(camera.watched.counts).toEqual({ stray: 0, unsent: 0, refused: 0 });
  expect(camera.seen.violations).toEqual([]);
});

it('goes on while the viewer’s edge is restarted', async () => {
  const page = await watch(SIMULATED);
  const { session } = await moves(page);
  process.kill(mooring.pid('edge-2'), 'SIGTERM');
  await eventually(async () => (await shown(page))['edge']?.includes(mooring.edges[0] ?? '-'), {
    what: 'the other edge',
    withinMs: 30_000,
  });
  await eventually(async () => (await shown(page))['signaling'] === 'up', { what: 'signaling' });
  const after = await moves(page, await frames(page));
  expect(after).toMatchObject({ state: 'playing', session });
  expect(camera.watched.ids).toEqual([session]);
});
