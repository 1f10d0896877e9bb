// The tables of policies, and that nothing malformed gets as far as the statement.
import { describe, expect, it } from 'vitest';
import { type AdmissionAsk, parseAdmission, tokenDemand, unknownRule } from './admission.js';

const ask: AdmissionAsk = {
  dialect: 'camera',
  identifier: 'cam-1',
  deviceKind: 'camera',
  policy: 'open',
  token: '',
  node: 'edge-1',
  boot: 'b1',
  connectionId: 'c1',
  remoteAddress: '127.0.0.1',
  traceparent: '',
};

describe('tokenDemand', () => {
  it('asks for proof as each dialect can carry it, and of Nerves devices that have one always', () => {
    const table = (['berg', 'kinetid', 'camera', 'nerveshub'] as const).map((dialect) => [
      tokenDemand(dialect, 'open'),
      tokenDemand(dialect, 'enrolled'),
      tokenDemand(dialect, 'credentials'),
    ]);
    expect(table).toEqual([
      ['never', 'never', 'never'],
      ['never', 'never', 'if_any'],
      ['never', 'never', 'always'],
      ['if_any', 'if_any', 'always'],
    ]);
  });
});

describe('unknownRule', () => {
  it.each([
    ['camera', 'open', false, 'register_in_oldest'],
    ['kinetid', 'open', true, 'register_in_gateway'],
    ['berg', 'open', true, 'register_in_gateway'],
    ['berg', 'enrolled', true, 'register_in_gateway'],
    ['berg', 'credentials', true, 'register_in_gateway'],
    ['berg', 'enrolled', false, 'refuse'],
    ['kinetid', 'enrolled', true, 'refuse'],
    ['kinetid', 'credentials', true, 'refuse'],
    ['camera', 'credentials', false, 'refuse'],
  ] as const)('%s under %s with gateway %s: %s', (dialect, policy, gateway, rule) => {
    expect(unknownRule(dialect, policy, gateway)).toBe(rule);
  });
});

describe('parseAdmission', () => {
  it('takes what a device proved itself with for its token, and registers nobody by it', () => {
    const credentialId = '019339d4-0000-7000-8000-000000000001';
    expect(parseAdmission({ ...ask, credentialId, token: 't' })).toMatchObject({
      credentialId,
      tokenHash: undefined,
      unknown: 'refuse',
    });
    expect(parseAdmission({ ...ask, credentialId: '' })).toMatchObject({ credentialId: undefined });
    expect(parseAdmission({ ...ask, credentialId: 'x' })).toMatchObject({ code: 'invalid' });
  });

  it('carries what was asked', () => {
    expect(parseAdmission({ ...ask, gatewayNumber: 7n, token: 't' })).toMatchObject({
      identifier: 'cam-1',
      demand: 'never',
      strict: false,
      unknown: 'register_in_gateway',
      gatewayNumber: 7n,
      tokenHash: expect.any(Buffer),
    });
  });
  it.each([
    { dialect: 'viewer' },
    { identifier: '' },
    { policy: 'closed' },
    { deviceKind: 'a\u0000' },
    { node: '' },
    { boot: 'x'.repeat(129) },
    { connectionId: 'ä' },
    { remoteAddress: '\u0000' },
  ])('refuses %j as invalid', (change) => {
    expect(parseAdmission({ ...ask, ...change })).toMatchObject({ code: 'invalid' });
  });
});
