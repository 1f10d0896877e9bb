// Watching over a real NATS: what is asked of signaling, what reaches the sockets and in which order, what is reported.
import { eventually, type RunningApp, runApp } from '@mooring/harness';
import { type bus, uplink, watching, watchStream } from '@mooring/proto';
import { consume, Fault, type Runnable } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEdge, type TestEdge } from './_edge.js';
import { Socket } from './_socket.js';

const SESSION = '550e8400-e29b-41d4-a716-446655440000';
const ice = { iceServers: [{ urls: ['stun:a'], username: '', credential: '' }], expiresAtMs: 0 };

let edge: TestEdge;
let collecting: RunningApp;
const steps: bus.WatchStep[] = [];
const requests: bus.WatchRequest[] = [];
/** What signaling does with a request to watch. */
let onWatch: (request: bus.WatchRequest) => Promise<bus.WatchReply>;

beforeAll(async () => {
  edge = await startEdge();
  edge.bus.respond(watching.watch, {}, (request) => {
    requests.push(request);
    return onWatch(request);
  });
  collecting = await runApp({ runnables: [collect()] });
});
afterAll(async () => {
  await collecting?.stop();
  await edge?.stop();
});

function collect(): Runnable {
  const durable = { stream: watchStream, subject: uplink.watch, ackWaitMs: 30_000, maxAckPending: 100 };
  return consume(
    edge.bus,
    { ...durable, name: 'test-steps' },
    async (batch) => {
      steps.push(...batch.flatMap(({ message }) => message.steps));
    },
    { maxMessages: 10 },
  );
}

async function camera(identifier: string, hello: object = {}): Promise<Socket> {
  const socket = await Socket.open(`${edge.url}/ws/device`);
  socket.send({ type: 'hello', payload: { device_id: identifier, ...hello } });
  await socket.message('hello_ack');
  return socket;
}

async function person(): Promise<Socket> {
  const socket = await Socket.open(`${edge.url}/ws/viewer`);
  socket.send({ type: 'hello', payload: { token: 'token-of-123' } });
  await socket.message('hello_ack');
  return socket;
}

/** Signaling as it is: the camera is told, and only then the viewer. */
function deliverStart(identifier: string, sessionId: string) {
  return async ({ viewer }: bus.WatchRequest): Promise<bus.WatchReply> => {
    const epoch = edge.registry.epoch(identifier);
    const start = { sessionId, userId: '123', viewer, ...ice, traceparent: '' };
    const { delivered, resumes } = await edge.request(identifier, epoch, {
      $case: 'watchStart',
      value: start,
    });
    if (!delivered) throw new Fault('conflict', 'offline');
    const { connectionId = '' } =
      edge.registry.admitted.findLast((each) => each.identifier === identifier) ?? {};
    const deviceNumber = edge.registry.number(identifier);
    const device = {
      node: 'edge-test',
      boot: 'b',
      connectionId,
      deviceNumber,
      epoch,
      resumes: resumes === true,
    };
    return { sessionId, device, ...ice };
  };
}

const typesOf = (socket: Socket) => socket.received.map((text) => String(Object(JSON.parse(text)).type));
const stepsOf = (sessionId: string) => steps.filter((step) => step.sessionId === sessionId);

describe('a watch', () => {
  it('goes from the request to the end, in order, and is reported', async () => {
    const device = await camera('cam-1');
    const viewer = await person();
    onWatch = deliverStart('cam-1', SESSION);
    viewer.send({ type: 'watch_request', request_id: 'r', payload: { device_id: 'cam-1' } });
    expect(JSON.parse(await viewer.message('watch_ready'))).toMatchObject({
      request_id: 'r',
      payload: { session_id: SESSION, ice_servers: [{ urls: 'stun:a' }] },
    });
    expect(requests.at(-1)).toMatchObject({
      person: { userId: '123', apiKeyId: '' },
      device: 'cam-1',
      viewer: { node: 'edge-test', deviceNumber: 0n, resumes: false },
    });
    expect(typesOf(device)).toEqual(['hello_ack', 'watch_request']);

    const ofSession = { session_id: SESSION };
    viewer.send({ type: 'signal_offer', payload: { ...ofSession, sdp: { type: 'offer', sdp: 'v=0' } } });
    for (let n = 0; n < 20; n++) {
      viewer.send({ type: 'signal_ice', payload: { ...ofSession, candidate: { candidate: `c${n}` } } });
    }
    await device.message('"c19"');
    const candidates = device.received.filter((text) => text.includes('signal_ice'));
    expect(candidates.map((text) => Object(JSON.parse(text)).payload.candidate.candidate)).toEqual(
      Array.from({ length: 20 }, (_, n) => `c${n}`),
    );
    device.send({ type: 'signal_answer', payload: { ...ofSession, sdp: { type: 'answer', sdp: 'v=0' } } });
    await viewer.message('signal_answer');
    viewer.end();
    expect(JSON.parse(await device.message('watch_ended'))).toMatchObject({
      payload: { session_id: SESSION, reason: 'viewer_disconnected' },
    });
    await eventually(() => stepsOf(SESSION).length === 3, { what: 'the steps' });
    expect(stepsOf(SESSION).map(({ step }) => step?.$case)).toEqual(['offered', 'answered', 'ended']);
    expect(new Set(stepsOf(SESSION).map(({ connectionId }) => connectionId))).toEqual(
      new Set([requests.at(-1)?.viewer?.connectionId]),
    );
    device.end();
  });

  it('of a viewer who went while it was being made is reported as over', async () => {
    const device = await camera('cam-2');
    const viewer = await person();
    const sessionId = '650e8400-e29b-41d4-a716-446655440000';
    onWatch = async (request) => {
      viewer.end();
      await viewer.closing();
      return deliverStart('cam-2', sessionId)(request);
    };
    viewer.send({ type: 'watch_request', payload: { device_id: 'cam-2' } });
    await eventually(() => stepsOf(sessionId).length === 1, { what: 'the end' });
    expect(stepsOf(sessionId)[0]?.step).toEqual({ $case: 'ended', value: { reason: 'viewer_disconnected' } });
    device.end();
  });

  it('is refused in the words of the protocol', async () => {
    const viewer = await person();
    onWatch = async () => {
      throw new Fault('forbidden', 'not yours');
    };
    viewer.send({ type: 'watch_request', request_id: 'x', payload: { device_id: 'cam-1' } });
    expect(JSON.parse(await viewer.message('"x"')).payload).toEqual({
      message: 'Unauthorized',
      code: 'unauthorized',
    });
    viewer.end();
  });

  it('starts at nobody who is no camera, and reaches no connection but its own', async () => {
    const plug = await Socket.open(`${edge.url}/socket`);
    plug.send({ cmd: 'hello', deviceId: '39628657580236', v: 2 });
    await plug.message('"ok":true');
    const viewer = { node: 'n', boot: 'b', connectionId: 'c', deviceNumber: 0n, epoch: 0n, resumes: false };
    const start = { sessionId: SESSION, userId: '1', viewer, ...ice, traceparent: '' };
    const epoch = edge.registry.epoch('39628657580236');
    expect(await edge.deliver('39628657580236', epoch, { $case: 'watchStart', value: start })).toBe(false);
    const device = await camera('cam-3');
    expect(await edge.deliver('cam-3', 99n, { $case: 'watchStart', value: start })).toBe(false);
    const signal = { $case: 'offerJson', value: '{"sdp":"x"}' } as const;
    const foreign = { sessionId: SESSION, fromConnectionId: 'c', signal };
    const now = edge.registry.epoch('cam-3');
    expect(await edge.deliver('cam-3', now, { $case: 'watchSignal', value: foreign })).toBe(false);
    expect(typesOf(device)).toEqual(['hello_ack']);
    plug.end();
    device.end();
  });

  it('lets a camera answer ten viewers at once, however many frames that takes', async () => {
    const device = await camera('cam-4');
    const viewers = await Promise.all(Array.from({ length: 10 }, () => person()));
    const sessions = viewers.map((_, n) => `750e8400-e29b-41d4-a716-44665544000${n}`);
    const left = [...sessions];
    onWatch = (request) => deliverStart('cam-4', left.shift() ?? '')(request);
    for (const viewer of viewers) viewer.send({ type: 'watch_request', payload: { device_id: 'cam-4' } });
    const texts = await Promise.all(viewers.map((viewer) => viewer.message('watch_ready')));
    for (const text of texts) {
      const { session_id } = Object(JSON.parse(text)).payload;
      device.send({ type: 'signal_answer', payload: { session_id, sdp: { type: 'answer', sdp: 'v=0' } } });
      for (let n = 0; n < 15; n++) {
        device.send({ type: 'signal_ice', payload: { session_id, candidate: { candidate: `c${n}` } } });
      }
    }
    await Promise.all(viewers.map((viewer) => viewer.message('"c14"')));
    expect(device.closed).toBeUndefined();
    for (const socket of [device, ...viewers]) socket.end();
  });
});

describe('a drain', () => {
  it('tells the other end of every session', async () => {
    const device = await camera('cam-5');
    const viewer = await person();
    const sessionId = '850e8400-e29b-41d4-a716-446655440000';
    onWatch = deliverStart('cam-5', sessionId);
    viewer.send({ type: 'watch_request', payload: { device_id: 'cam-5' } });
    await viewer.message('watch_ready');
    await edge.stopEdge();
    await device.closing();
    await viewer.closing();
    expect([device.closed?.code, viewer.closed?.code]).toEqual([1001, 1001]);
    await eventually(() => stepsOf(sessionId).length > 0, { what: 'the end' });
    expect(stepsOf(sessionId)[0]?.step?.$case).toBe('ended');
  });
});
