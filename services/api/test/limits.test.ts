// Who asks too often, and what is left when parts are away.
import { registry } from '@mooring/proto';
import { Fault, unary } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './_client.js';
import { knowing } from './_fixtures.js';
import { type Platform, platform } from './_platform.js';

let api: Platform;
let authentications = 0;
const answers = {
  registry: {
    ...knowing,
    authenticate: unary(async ({ token }: registry.AuthenticateRequest) => {
      authentications++;
      if (token === 'guess') throw new Fault('unauthenticated', 'no');
      return { principal: registry.Principal.fromPartial({ userId: token }) };
    }),
  },
};
// So slow that no bucket fills up again while the test runs.
const rates = { API_RATE_PER_S: '0.1', API_RATE_BURST: '5', API_AUTH_RATE_PER_S: '0.1', API_AUTH_BURST: '2' };

beforeAll(async () => {
  api = await platform(answers, rates);
});
afterAll(() => api?.stop());

async function statuses(count: number, where: string, options = {}): Promise<number[]> {
  const seen: number[] = [];
  for (let index = 0; index < count; index++) seen.push((await ask(api.base, where, options)).status);
  return seen;
}

describe('limits', () => {
  it('hold per person, not for everybody', async () => {
    expect(await statuses(6, 'GET /v1/devices', { token: 'ada' })).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(1, 'GET /v1/devices', { token: 'bob' })).toEqual([200]);
    const { headers, body } = await ask(api.base, 'GET /v1/devices', { token: 'ada' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(body.code).toBe('exhausted');
  });

  it('are tighter for attempts to get in', async () => {
    const body = { email: 'a@example.test', password: 'wrong' };
    const seen = await statuses(3, 'POST /v1/auth/login', { body });
    expect(seen[2]).toBe(429);
    expect(seen.slice(0, 2)).not.toContain(429);
  });

  it('stop whoever guesses tokens before the registry is asked', async () => {
    const seen = await statuses(8, 'GET /v1/devices', { token: 'guess' });
    expect(seen).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    const before = authentications;
    await statuses(2, 'GET /v1/devices', { token: 'guess' });
    expect(authentications).toBe(before);
  });
});

describe('a part that is away', () => {
  let other: Platform;
  beforeAll(async () => {
    other = await platform(answers);
  });
  afterAll(() => other?.stop());

  it('is told to whoever asks for what is away', async () => {
    await other.stopPeer('API_REGISTRY_ADDRESS');
    const { status, headers, body } = await ask(other.base, 'GET /v1/devices', { token: 'ada' });
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(headers.get('retry-after')).toBe('1');
    expect(body.detail).not.toMatch(/127\.0\.0\.1/);
  });
});
