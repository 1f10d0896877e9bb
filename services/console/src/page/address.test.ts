// What the address of the page says.
import { describe, expect, it } from 'vitest';
import { deviceIn, edgesIn, policyIn, tokenIn } from './address.js';

describe('the address of the page', () => {
  it.each([
    ['/watch/kitchen-cam-001', 'kitchen-cam-001'],
    ['/mooring/watch/a%2Fb%20c', 'a/b c'],
    ['/watch/', undefined],
    ['/watch/%E0%A4%A', undefined],
  ])('%s names %s', (path, device) => expect(deviceIn(path)).toBe(device));

  it.each([
    ['', 'all'],
    ['?ice=all', 'all'],
    ['?ice=relay', 'relay'],
    ['?x=1&ice=relay', 'relay'],
  ])('"%s" asks for %s', (search, policy) => expect(policyIn(search)).toBe(policy));

  it.each([
    ['', undefined, ''],
    ['#top', undefined, '#top'],
    ['#access_token=', undefined, '#access_token='],
    ['#access_token=a.b-c_d', 'a.b-c_d', ''],
    ['#x=1&access_token=t', 't', '#x=1'],
  ])('"%s" brings the token %s and leaves "%s"', (fragment, token, rest) => {
    expect(tokenIn(fragment)).toEqual({ token, rest });
  });

  it('has the edges beside it', () => {
    expect(edgesIn('["ws://a","wss://b",7]')).toEqual(['ws://a', 'wss://b']);
    expect(edgesIn('{}')).toEqual([]);
    expect(() => edgesIn('')).toThrow(SyntaxError);
  });
});
