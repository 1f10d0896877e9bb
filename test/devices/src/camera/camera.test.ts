// Camera and viewer against a server that says what the test tells it to.
import { afterEach, describe, expect, it } from 'vitest';
import { type Peer, testServer } from '../_server.js';
import { parseObject } from '../json.js';
import { type CameraDeviceOptions, cameraDevice } from './device.js';
import { cameraViewer } from './viewer.js';

const ts = '2025-01-01T12:34:56.800Z';
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(message: (peer: Peer, text: string) => void) {
  const server = await testServer({ message });
  cleanups.push(server.close);
  return server;
}
/** Acknowledges as the platform does. */
function acknowledge(peer: Peer, text: string): void {
  const { type, request_id: requestId } = parseObject(text);
  const echo = requestId === undefined ? {} : { request_id: requestId };
  if (type === 'hello' || type === 'heartbeat' || requestId !== undefined) {
    peer.send({ type: `${String(type)}_ack`, ...echo, ts, payload: {} });
  }
}
async function camera(options: Partial<CameraDeviceOptions> = {}, message = acknowledge) {
  const server = await serve(message);
  const device = cameraDevice({ url: server.url, identifier: 'cam-1', retryMs: 1, ...options });
  cleanups.push(device.close);
  return { server, device };
}

describe('a camera', () => {
  it('says hello with microseconds and no zone, then heartbeats', async () => {
    const { server, device } = await camera({ heartbeatMs: 5 });
    const peer = await server.socket(0);
    expect(peer.request.url).toBe('/ws/device');
    const hello = await peer.said({ type: 'hello' });
    expect(hello['payload']).toEqual({ device_id: 'cam-1' });
    expect(hello['ts']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    await peer.said({ type: 'heartbeat' });
    await device.seen.until(() => device.seen.acks >= 3, 'acknowledgements');
    expect(device.seen.ready).toBe(true);
    expect(device.seen.violations).toEqual([]);
  });

  it('reports presence once acknowledged, and on demand with a request id', async () => {
    const { server, device } = await camera({ presence: () => ({ battery: 85 }), token: 't' });
    const peer = await server.socket(0);
    expect((await peer.said({ type: 'hello' }))['payload']).toEqual({ device_id: 'cam-1', token: 't' });
    expect((await peer.said({ type: 'device_presence' }))['payload']).toEqual({ battery: 85 });
    device.reportPresence({ battery: 84 }, 'p1');
    await device.seen.message(({ requestId }) => requestId === 'p1', 'the acknowledgement');
    expect(device.seen.acks).toBe(2);
  });

  it('comes back after any close, and says hello again', async () => {
    const { server, device } = await camera();
    (await server.socket(0)).close(1001, 'Going away');
    await (await server.socket(1)).said({ type: 'hello' });
    expect(device.seen.lastClose).toEqual({ code: 1001, reason: 'Going away' });
    expect(device.seen.connects).toBe(2);
  });

  it('notes what is not as specified', async () => {
    const { device } = await camera({}, (peer) =>
      peer.send({ type: 'hello_ack', request_id: null, ts, payload: {} }),
    );
    await device.seen.until(() => device.seen.violations.length > 0, 'the violation');
    expect(device.seen.violations[0]).toContain('request_id');
  });
});

describe('a viewer', () => {
  it('asks to watch without waiting for hello_ack, and does not come back', async () => {
    const server = await serve(() => undefined);
    const viewer = cameraViewer({
      url: server.url,
      identifier: 'v',
      token: 'jwt',
      watch: 'cam-1',
      watchAfterMs: 1,
    });
    cleanups.push(viewer.close);
    const peer = await server.socket(0);
    expect(peer.request.url).toBe('/ws/viewer');
    expect((await peer.said({ type: 'hello' }))['payload']).toEqual({ token: 'jwt' });
    const request = await peer.said({ type: 'watch_request' });
    expect(request['payload']).toEqual({ device_id: 'cam-1' });
    expect('request_id' in request).toBe(false);
    expect(viewer.seen.ready).toBe(false);
    peer.close(1008, 'Invalid token');
    await viewer.link.done;
    expect(server.sockets.receivedCount).toBe(1);
  });
});
