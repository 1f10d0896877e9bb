// What the flags mean when absent, given and wrong.
import { expect, it } from 'vitest';
import { parseFlags } from './flags.js';
import { edgePorts, plan, portsNeeded } from './services.js';

it('has the published defaults', () => {
  expect(parseFlags([])).toEqual({
    data: '.mooring',
    edgePort: 8000,
    apiPort: 8080,
    listen: [],
    edges: 1,
    host: '127.0.0.1',
    owner: { email: 'owner@example.com', password: undefined },
    deviceAuth: 'open',
    demo: true,
  });
});

it('takes every flag, and a password with colons', () => {
  const args = ['--ephemeral', '--edges', '2', '--listen', '9000', '--listen', '5002', '--no-demo'];
  const flags = parseFlags([...args, '--owner', 'a@b.c:pass:word:1', '--device-auth', 'credentials']);
  expect(flags).toMatchObject({ data: undefined, edges: 2, listen: [9000, 5002], demo: false });
  expect(flags).toMatchObject({
    owner: { email: 'a@b.c', password: 'pass:word:1' },
    deviceAuth: 'credentials',
  });
  expect(parseFlags(['--help'])).toBeUndefined();
});

it('names every problem at once', () => {
  const wrong = ['--edge-port', 'x', '--edges', '0', '--device-auth', 'none', '--owner', 'nobody:short'];
  expect(() => parseFlags(wrong)).toThrow(
    /edge-port[\s\S]*edges[\s\S]*device-auth[\s\S]*owner[\s\S]*password/,
  );
  expect(() => parseFlags(['--nonsense'])).toThrow(/nonsense/);
  expect(() => parseFlags(['--ephemeral', '--data', 'x'])).toThrow(/exclude/);
});

it('gives every process ports of its own, and the burnt-in ones to the first edge', () => {
  const flags = parseFlags(['--edges', '2', '--listen', '9000']);
  if (flags === undefined) throw new Error('no flags');
  let next = 20_000;
  const takePort = () => next++;
  const secrets = { postgresPassword: 'p', registrySecret: 's', telemetrySecret: 't', firmwareSecret: 'f' };
  const { backends, api, edges } = plan({ flags, natsPort: 1, postgresPort: 2, ...secrets, takePort });
  expect(next - 20_000).toBe(portsNeeded({ edges: 2 }));
  const health = [...backends, api, ...edges].map(({ healthPort }) => healthPort);
  expect(new Set(health).size).toBe(health.length);
  expect(edges.map(({ env }) => [env['EDGE_PORT'], env['EDGE_EXTRA_PORTS']])).toEqual([
    ['8000', '9000'],
    ['8001', ''],
  ]);
  expect(edgePorts(flags)).toEqual([8000, 8001]);
});

it('runs as many processes of firmware-update as it is told to, each with downloads of its own', () => {
  const parsed = parseFlags([]);
  if (parsed === undefined) throw new Error('no flags');
  const flags = { ...parsed, firmwareReplicas: 2 };
  let next = 20_000;
  const takePort = () => next++;
  const secrets = { postgresPassword: 'p', registrySecret: 's', telemetrySecret: 't', firmwareSecret: 'f' };
  const { backends, api, urls } = plan({ flags, natsPort: 1, postgresPort: 2, ...secrets, takePort });
  expect(next - 20_000).toBe(portsNeeded(flags));
  const replicas = backends.filter(({ program }) => program.includes('firmware-update'));
  expect(replicas.map(({ name }) => name)).toEqual(['firmware-update', 'firmware-update-2']);
  const addresses = replicas.map(({ env }) => `127.0.0.1:${env['FIRMWARE_GRPC_PORT']}`);
  expect(api.env['API_FIRMWARE_ADDRESS']).toBe(addresses.join(','));
  const downloads = replicas.map(({ env }) => env['FIRMWARE_PUBLIC_URL']);
  expect([new Set(downloads).size, urls.firmware]).toEqual([2, downloads[0]]);
});
