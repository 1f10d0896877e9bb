// Checks what a service may rely on when it declares its variables.
import { Type } from 'typebox';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineConfig } from './config.js';
import { Fault } from './fault.js';
import { commonConfig, grpcConfig, healthConfig, natsConfig, postgresConfig } from './shared-config.js';

const config = defineConfig('EDGE', {
  ...natsConfig,
  ...commonConfig,
  ...healthConfig('EDGE'),
  ...postgresConfig('EDGE'),
  EDGE_PORT: Type.Integer({ minimum: 1, maximum: 65_535, description: 'Port of the sockets.' }),
  EDGE_RATIO: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'A | ratio.' }),
  EDGE_TLS: Type.Boolean({ default: false, description: 'Whether TLS is on.' }),
  EDGE_MODE: Type.Union([Type.Literal('open'), Type.Literal('closed')], {
    default: 'open',
    description: 'Who may come.',
  }),
  EDGE_NODE: Type.Optional(Type.String({ description: 'Name of this node.' })),
});
const enough = { EDGE_PORT: '8080', EDGE_POSTGRES_URL: 'postgresql://edge:pw@db/edge' };

function problemsOf(env: Record<string, string>): Fault {
  try {
    config.load(env);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new TypeError('the configuration was accepted');
}

describe('load', () => {
  test('applies defaults and converts what is given', () => {
    const values = config.load({
      ...enough,
      EDGE_TLS: 'true',
      EDGE_RATIO: '1e-1',
      PATH: '/bin',
      EDGE_NODE: '7',
    });
    expect(values).toEqual({
      NATS_URL: 'nats://127.0.0.1:4222',
      LOG_LEVEL: 'info',
      GRPC_TLS_VERIFY_CLIENTS: true,
      EDGE_HEALTH_HOST: '0.0.0.0',
      EDGE_HEALTH_PORT: 9464,
      EDGE_POSTGRES_URL: 'postgresql://edge:pw@db/edge',
      EDGE_POSTGRES_POOL: 10,
      EDGE_PORT: 8080,
      EDGE_RATIO: 0.1,
      EDGE_TLS: true,
      EDGE_MODE: 'open',
      EDGE_NODE: '7',
    });
    expectTypeOf(values.EDGE_HEALTH_PORT).toEqualTypeOf<number>();
    expectTypeOf(values.LOG_LEVEL).toEqualTypeOf<'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'>();
  });

  test('takes an empty variable as absent', () => {
    expect(config.load({ ...enough, EDGE_RATIO: '', EDGE_UNHEARD_OF: '' })).toMatchObject({
      EDGE_RATIO: 0.5,
    });
    expect(problemsOf({ ...enough, EDGE_PORT: '' }).message).toContain('EDGE_PORT is required');
  });

  test('reports every problem at once, without secrets', () => {
    const fault = problemsOf({
      EDGE_POSTGRES_URL: 'mysql://edge:hunter2@db/edge',
      EDGE_RATIO: '2',
      EDGE_TLS: 'maybe',
      EDGE_MODE: 'ajar',
      EDGE_PROT: '8080',
      LOG_LEVEL: 'loud',
    });
    expect(fault.code).toBe('invalid');
    expect(fault.details?.map((detail) => detail.field)).toEqual([
      'LOG_LEVEL',
      'EDGE_POSTGRES_URL',
      'EDGE_PORT',
      'EDGE_RATIO',
      'EDGE_TLS',
      'EDGE_MODE',
      'EDGE_PROT',
    ]);
    expect(fault.message).toContain('EDGE_RATIO must be a number from 0 to 1, not "2"');
    expect(fault.message).toContain('EDGE_MODE must be one of open, closed, not "ajar"');
    expect(fault.message).toContain('EDGE_PROT is not a variable of this service');
    expect(fault.message).not.toContain('hunter2');
  });

  test.each(['9.7', 'true', ' ', '0x10', '1e3'])('takes %j for no integer', (text) => {
    expect(problemsOf({ ...enough, EDGE_PORT: text }).message).toContain('EDGE_PORT must be an integer');
  });
});

test('describe makes one table row per variable', () => {
  const lines = config.describe().trimEnd().split('\n');
  expect(lines).toHaveLength(2 + Object.keys(config.schema.properties).length);
  expect(lines).toContain('| `EDGE_PORT` | an integer from 1 to 65535 | required | Port of the sockets. |');
  expect(lines).toContain('| `EDGE_RATIO` | a number from 0 to 1 | `0.5` | A \\| ratio. |');
  expect(lines).toContain('| `EDGE_NODE` | a text | – | Name of this node. |');
  expect(config.describe()).toMatch(/EDGE_POSTGRES_URL.*Secret\. \|/);
});

test('redact hides secrets and the credentials in other URLs', () => {
  const values = config.load({ ...enough, NATS_URL: 'nats://bus:pw@one:4222,nats://bus:pw@two:4222' });
  const shown = config.redact(values);
  expect(shown['EDGE_POSTGRES_URL']).toBe('[redacted]');
  expect(shown['NATS_URL']).toBe('nats://[redacted]@one:4222,nats://[redacted]@two:4222');
  expect(JSON.stringify(shown)).not.toContain('pw');
});

test('refuses foreign names and variables without a description', () => {
  expect(() => defineConfig('EDGE', grpcConfig('REGISTRY'))).toThrow(/REGISTRY_GRPC_HOST/);
  expect(() => defineConfig('EDGE', { EDGE_X: Type.String() })).toThrow(/EDGE_X has no description/);
});
