// The plug maker's own web page in a real browser, from another origin than the socket's.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually, launchBrowser } from '@mooring/harness';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandsOf } from './_commands.js';
import { kinetidPage } from './_seeds.js';
import { startTestStack, type TestStack } from './_stack.js';

const PLUG = '39628657580236';

let mooring: TestStack;
let browser: Browser;
let site: Server;
beforeAll(async () => {
  mooring = await startTestStack({ edges: 1 });
  const html = kinetidPage(`${mooring.edges[0]}/socket`);
  site = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  site?.close();
  await mooring?.stop();
});

it('button presses become readings, and a switch shows in its console', async () => {
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  await eventually(() => said.some((line) => line.includes('Connected and sending hello')));
  const device = await eventually(async () => {
    const found = await mooring.api.device('kinetid', PLUG);
    return found?.presence.online ? found : undefined;
  });

  for (let press = 0; press < 3; press++) await page.click('#btn');
  const points = await eventually(async () => {
    const found = await mooring.api.points(device.id, 'power_w', '&step=0');
    return found.length === 3 ? found : undefined;
  });
  for (const [, watts] of points) expect(watts >= 1 && watts <= 100).toBe(true);

  const commands = commandsOf(mooring.api);
  const made = await commands.make(device.id, { type: 'switch', on: true });
  const line = await eventually(() => said.find((text) => text.includes('"cmd":"switch"')));
  expect(JSON.parse(line)).toMatchObject({ cmd: 'switch', deviceId: PLUG, on: true });
  await page.click('#btn');
  await commands.reaches(made.id, 'succeeded');
  // It never reconnects, and its heartbeats keep it online.
  await eventually(() => said.filter((text) => text.includes('hb')).length >= 2);
  expect((await mooring.api.device('kinetid', PLUG))?.presence.online).toBe(true);
});
