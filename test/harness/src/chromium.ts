// A Chromium for tests that need a real browser, and how they start it.
import { type Browser, chromium } from 'playwright-core';
import { debianProgram } from './debian.js';

const PROGRAM = 'usr/lib/chromium/chromium';
const PACKAGE = { name: 'chromium', programs: [PROGRAM] };
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A camera that shows a test picture, and nobody asks whether a page may use it (camera.md 10.1).
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  // Peers find each other on machines without a network too.
  '--allow-loopback-in-peer-connection',
];

/** Its path. Fault `unavailable` where it is not there and cannot be fetched: a test that needs it fails. */
export function testChromium(): string {
  return debianProgram(PACKAGE, PLACES, PROGRAM);
}

/** A headless browser with a fake camera. Faults as `testChromium`; whoever starts it closes it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: testChromium(), args: FLAGS });
}
