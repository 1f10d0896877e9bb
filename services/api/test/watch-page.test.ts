// The page that shows a camera: what is served, under which policy, and nothing else.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ask, ask } from './_client.js';
import { type Platform, platform } from './_platform.js';

const EDGES = `ws://127.0.0.1:8001,wss://edge.example.test/a'b"<c>`;
let api: Platform;

beforeAll(async () => {
  api = await platform({}, { API_EDGE_URLS: EDGES, API_CORS_ORIGINS: 'https://console.example.test' });
});
afterAll(() => api?.stop());

const get = (path: string, options: Ask = {}) => ask(api.base, `GET ${path}`, options);

/** Asks for a path as it is, which fetch would tidy up first. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${api.base}/`, { path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on('error', reject).end();
  });
}

describe('the page', () => {
  it('is the same for every camera, and lets nothing in but its own scripts and the edges', async () => {
    const { status, headers, body } = await get('/watch/kitchen-cam-001');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self' ws://127.0.0.1:8001 wss://edge.example.test; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect((await get('/watch/01890a5d-ac96-774b-bcce-b302099a8001?ice=relay')).body).toBe(body);
    expect(body).toContain('<html lang="en">');
    expect(body).not.toMatch(/<script(?![^>]* src=)|\son[a-z]+=|style=|javascript:/i);
  });

  it('knows the edges, whatever characters they have', async () => {
    const { body } = await get('/watch/cam');
    const [, content = ''] = /name="mooring-edge-urls" content="([^"]*)"/.exec(body) ?? [];
    expect(content).not.toMatch(/[<>']/);
    const text = content.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
    expect(JSON.parse(text)).toEqual([
      'ws://127.0.0.1:8001',
      new URL(`wss://edge.example.test/a'b"<c>`).href,
    ]);
  });

  it('is kept by browsers, and asked for again', async () => {
    const { headers } = await get('/watch/cam');
    expect(headers.get('cache-control')).toBe('public, no-cache');
    const again = await get('/watch/cam', { headers: { 'if-none-match': headers.get('etag') ?? '' } });
    expect([again.status, again.body]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toContain('connect-src');
    expect((await get('/watch/cam', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('is not there for what is no name', async () => {
    expect((await get('/watch/')).status).toBe(404);
    expect((await get('/watch/a/b')).status).toBe(404);
    expect((await get(`/watch/${'x'.repeat(129)}`)).status).toBe(404);
  });
});

describe('the files of the console', () => {
  it('are all that the page, and the module for other pages, load', async () => {
    const { body: page } = await get('/watch/cam');
    const named = [...String(page).matchAll(/(?:src|href)="\.\.(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(named).toHaveLength(3);
    const left = [...named, '/console/index.js'];
    const seen = new Set<string>();
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const { status, headers, body } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      const type = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[
        path.split('.').at(-1) ?? ''
      ];
      expect(headers.get('content-type')).toContain(type);
      const base = new URL(path, api.base);
      for (const [, specifier = ''] of String(body).matchAll(/^(?:import|export)[^']* from '([^']+)'/gm))
        left.push(new URL(specifier, base).pathname);
    }
    expect([...seen].filter((path) => path.endsWith('.js')).length).toBeGreaterThan(10);
  });

  it('may be loaded by pages of other origins, and are kept until they change', async () => {
    const origin = 'https://elsewhere.example.test';
    const { headers } = await get('/console/index.js', { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('cache-control')).toBe('public, no-cache');
    const etag = headers.get('etag') ?? '';
    expect((await get('/console/index.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await get('/console/link.js', { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it.each([
    '/console/',
    '/console/nothing.js',
    '/console/watch.html',
    '/console/index.d.ts',
    '/console/link.test.js',
    '/console/_environment.js',
    '/console/.tsbuildinfo',
    '/console/page',
    '/console/../package.json',
    '/console/../../api/package.json',
    '/console/%2e%2e/package.json',
    '/console/..%2fpackage.json',
    '/console/..%5cpackage.json',
    '/console/page/..%2f..%2f..%2fpackage.json',
    '/console//etc/passwd',
    '/console/index.js%00.css',
    '/console/__proto__',
  ])('are nothing else: %s', async (path) => expect(await rawStatus(path)).toBe(404));
});
