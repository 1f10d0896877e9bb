// Webhooks that may be kept, the signature of the standard, and what follows a failed attempt.
import { isFault } from '@mooring/runtime';
import { describe, expect, it } from 'vitest';
import { checkWebhook, shownSecret, signedHeaders, verdict } from './webhook.js';

const hook = (url: string, name = '') => ({ organizationId: 'o', url, name });

describe('checkWebhook', () => {
  it.each(['http://example.test', 'https://example.test:8443/a?b=c', 'http://[::1]/x'])('takes %s', (url) => {
    expect(checkWebhook(hook(url))).toEqual(hook(url));
  });

  it.each([
    'ftp://example.test',
    'example.test',
    'http://user@example.test',
    'http://:secret@example.test',
    `http://example.test/${'x'.repeat(2_000)}`,
    '',
  ])('refuses %s', (url) => {
    expect(() => checkWebhook(hook(url))).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('refuses a name that people cannot read', () => {
    const refused = (name: string): boolean => {
      try {
        checkWebhook(hook('http://example.test', name));
        return false;
      } catch (error) {
        return isFault(error, 'invalid');
      }
    };
    expect(['', 'Office', 'a\u0000', 'x'.repeat(121)].map(refused)).toEqual([false, false, true, true]);
  });
});

describe('the signature', () => {
  // The example of the Standard Webhooks specification and its libraries.
  it('is that of the standard', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    expect(shownSecret(secret)).toBe('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(
      signedHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_999),
    ).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('an attempt', () => {
  const waits = [5, 30];
  it.each([
    [{ status: 200 }, 1, { state: 'delivered', status: 200, error: '' }],
    [{ status: 299 }, 3, { state: 'delivered', status: 299, error: '' }],
    [{ status: 302 }, 1, { state: 'waiting', status: 302, error: 'answered 302', afterS: 5 }],
    [{ status: 500 }, 2, { state: 'waiting', status: 500, error: 'answered 500', afterS: 30 }],
    [{ status: 500 }, 3, { state: 'dead', status: 500, error: 'answered 500' }],
    [{ status: 410 }, 1, { state: 'dead', status: 410, error: 'answered 410' }],
    [{ error: 'ECONNREFUSED' }, 1, { state: 'waiting', status: 0, error: 'ECONNREFUSED', afterS: 5 }],
    [{ error: 'ECONNREFUSED' }, 3, { state: 'dead', status: 0, error: 'ECONNREFUSED' }],
  ])('that ended with %j as number %i', (attempt, attempts, expected) => {
    expect(verdict(attempt, attempts, waits)).toEqual(expected);
  });
});
