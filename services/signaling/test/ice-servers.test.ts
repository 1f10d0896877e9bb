// GetIceServers over real gRPC.
import { isFault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config } from '../src/app.js';
import { turnPassword } from '../src/ice/turn-credential.js';
import { startSignaling, type TestSignaling } from './_signaling.js';

let signaling: TestSignaling;
beforeAll(async () => {
  signaling = await startSignaling();
});
afterAll(() => signaling?.stop());

describe('ice servers', () => {
  it('come with credentials for the next hour', async () => {
    const beforeMs = Date.now();
    const { iceServers, expiresAtMs } = await signaling.client.getIceServers({ userId: '123_550e8400' });
    expect(expiresAtMs).toBeGreaterThan(beforeMs + 3_598_000);
    expect(expiresAtMs).toBeLessThanOrEqual(Date.now() + 3_600_000);
    const username = `${expiresAtMs / 1_000}:viewer_123_550e8400`;
    expect(iceServers).toEqual([
      { urls: ['stun:stun.example.test'], username: '', credential: '' },
      {
        urls: ['turn:turn.example.test?transport=udp', 'turn:turn.example.test?transport=tcp'],
        username,
        credential: turnPassword('north-test-secret', username),
      },
    ]);
  });

  it.each(['', 'with space', 'x'.repeat(129), 'line\nbreak'])('are not for %j', async (userId) => {
    await expect(signaling.client.getIceServers({ userId })).rejects.toSatisfy((error) =>
      isFault(error, 'invalid'),
    );
  });

  it('are kept out of what is printed', () => {
    const printed = JSON.stringify(config.redact({ SIGNALING_TURN_SECRETS: 'north-test-secret' }));
    expect(printed).not.toContain('north-test-secret');
  });
});
