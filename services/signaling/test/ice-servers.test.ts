// GetIceServers over real gRPC.
import { freePort, type RunningApp, runApp } from '@mooring/harness';
import { signaling } from '@mooring/proto';
import { grpcClient, isFault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { app, config } from '../src/app.js';

const NOW_MS = 1_735_736_400_000;
let running: RunningApp;
let client: ReturnType<typeof connect>;

function connect(port: number) {
  return grpcClient(signaling.SignalingClient, `127.0.0.1:${port}`);
}

beforeAll(async () => {
  const port = await freePort();
  const values = config.load({
    SIGNALING_GRPC_PORT: String(port),
    SIGNALING_STUN_URLS: 'stun:stun.example.test',
    SIGNALING_TURN_URLS: 'turn:turn.example.test',
    SIGNALING_TURN_SECRETS: 'north-test-secret,former-secret',
  });
  running = await runApp(app(values, { clock: { now: () => NOW_MS } }));
  client = connect(port);
});
afterAll(async () => {
  client?.close();
  await running?.stop();
});

describe('ice servers', () => {
  it('come with credentials for the next hour', async () => {
    const { iceServers, expiresAtMs } = await client.getIceServers({ userId: '123_550e8400' });
    expect(expiresAtMs).toBe(1_735_740_000_000);
    // The vector of that secret, expiry and holder.
    expect(iceServers.map(({ username, credential }) => [username, credential])).toEqual([
      ['', ''],
      ['1735740000:viewer_123_550e8400', 'Vu532pZ6dLNV9/4yL+OhCu5dRQc='],
    ]);
  });

  it.each(['', 'with space', 'x'.repeat(129), 'line\nbreak'])('are not for %j', async (userId) => {
    await expect(client.getIceServers({ userId })).rejects.toSatisfy((error) => isFault(error, 'invalid'));
  });

  it('are kept out of what is printed', () => {
    const printed = JSON.stringify(config.redact({ SIGNALING_TURN_SECRETS: 'north-test-secret' }));
    expect(printed).not.toContain('north-test-secret');
  });
});
