// The simulated camera's video in a real browser, without the platform in between: pictures, and offers that come again.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadVideo, type Peer, type Video } from '@mooring/devices';
import { eventually, launchBrowser } from '@mooring/harness';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

/** A browser's end: `offer` makes one, what the camera says goes to `hear`, pictures are counted by `decoded`. */
const VIEWER = `
  const connection = new RTCPeerConnection();
  connection.addTransceiver('video', { direction: 'recvonly' });
  connection.onicecandidate = ({ candidate }) => say('candidate', candidate?.toJSON() ?? null);
  const heard = { answer: (sdp) => connection.setRemoteDescription({ type: 'answer', sdp }) };
  heard.candidate = (candidate) => connection.addIceCandidate(candidate ?? undefined);
  window.hear = (what, value) => heard[what](value);
  window.offer = async (iceRestart) => {
    const offer = await connection.createOffer({ iceRestart });
    await connection.setLocalDescription(offer);
    await say('offer', offer.sdp);
    return /a=ice-ufrag:(\\S+)/.exec(offer.sdp)[1];
  };
  window.decoded = async () => {
    const stats = [...(await connection.getStats()).values()];
    return stats.reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0);
  };
  window.state = () => connection.connectionState + ' ' + connection.signalingState;
`;

let video: Video;
let browser: Browser;
let site: Server;
const peers: Peer[] = [];
beforeAll(async () => {
  video = await loadVideo();
  site = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end());
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser();
});
afterAll(async () => {
  for (const peer of peers) peer.close();
  await browser?.close();
  site?.close();
  await video?.close();
});

interface Viewer {
  offer(iceRestart: boolean): Promise<string>;
  decoded(): Promise<number>;
  state(): Promise<string>;
  /** Kinds of what the camera said, in order. */
  readonly said: readonly string[];
}

/** A page of its own and a camera's peer, with the test as their signaling. */
async function viewer(): Promise<Viewer> {
  const page: Page = await (await browser.newContext()).newPage();
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  const said: string[] = [];
  let toPage: Promise<unknown> = Promise.resolve();
  const hear = (what: string, value: unknown): void => {
    said.push(what);
    const call = `hear(${JSON.stringify(what)}, ${JSON.stringify(value)})`;
    toPage = toPage.then(() => page.evaluate(call));
  };
  const peer = video.peer({
    iceServers: [],
    events: {
      answer: (sdp) => hear('answer', sdp),
      candidate: (candidate) => hear('candidate', candidate),
      failed: (why) => said.push(`failed: ${why}`),
      unusable: (what) => said.push(`unusable: ${what}`),
    },
  });
  peers.push(peer);
  // In order, as signaling is: candidates of the page follow its offer.
  let isOffered = false;
  const early: Parameters<Peer['candidate']>[0][] = [];
  await page.exposeFunction('say', (what: string, value: never) => {
    if (what === 'offer') {
      isOffered = true;
      peer.offer(value);
      for (const candidate of early.splice(0)) peer.candidate(candidate);
    } else if (isOffered) peer.candidate(value);
    else early.push(value);
  });
  await page.evaluate(VIEWER);
  return {
    said,
    offer: (iceRestart) => page.evaluate(`offer(${iceRestart})`),
    decoded: () => page.evaluate('decoded()'),
    state: () => page.evaluate('state()'),
  };
}

const plays = async (viewer: Viewer): Promise<void> => {
  const before = await viewer.decoded();
  const what = `20 more pictures after ${before}`;
  await eventually(async () => (await viewer.decoded()) > before + 20, { what, withinMs: 20_000 });
};

it('is decoded, and goes on through a second offer', async () => {
  const one = await viewer();
  const ufrag = await one.offer(false);
  await plays(one);
  expect(one.said[0]).toBe('answer');
  expect(one.said.at(-1)).toBe('candidate');
  expect(await one.offer(false)).toBe(ufrag);
  await eventually(() => one.said.filter((what) => what === 'answer').length === 2);
  await eventually(async () => (await one.state()) === 'connected stable');
  await plays(one);
  expect(one.said.filter((what) => /failed|unusable/.test(what))).toEqual([]);
});

it('goes on through an ICE restart', async () => {
  const one = await viewer();
  const ufrag = await one.offer(false);
  await plays(one);
  expect(await one.offer(true)).not.toBe(ufrag);
  await eventually(() => one.said.filter((what) => what === 'answer').length === 2);
  await eventually(async () => (await one.state()) === 'connected stable');
  await plays(one);
  expect(one.said.filter((what) => /failed|unusable/.test(what))).toEqual([]);
});

it('is decoded at full rate by three viewers at once', async () => {
  const all = await Promise.all([viewer(), viewer(), viewer()]);
  for (const one of all) await one.offer(false);
  await Promise.all(all.map(plays));
  const [before, startedAt] = [await Promise.all(all.map((one) => one.decoded())), Date.now()];
  await Promise.all(all.map(plays));
  const seconds = (Date.now() - startedAt) / 1_000;
  const after = await Promise.all(all.map((one) => one.decoded()));
  for (const [index, count] of after.entries()) {
    expect((count - (before[index] ?? 0)) / seconds).toBeGreaterThan(10);
  }
});
