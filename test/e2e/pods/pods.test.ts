// What the overlay for one node says, done: every container's command with its environment, files, user, ports and probes,
// as processes in namespaces of their own; devices come through the published ports, and nobody reaches further than the
// network policies allow.
import { type Fleet, fleetDevices, startFleet } from '@mooring/devices';
import { eventually, promtool } from '@mooring/harness';
import { Fault } from '@mooring/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowed } from '../../manifests/_allowed.js';
import { nameOf, servers } from '../../manifests/_pods.js';
import { overlays, render } from '../../manifests/_render.js';
import { at } from '../../manifests/_tree.js';
import { type Api, apiClient } from '../_api.js';
import { asked, viewer } from '../_watch.js';
import { Cluster } from './cluster.js';
import { obstacle } from './sandbox.js';

const why = obstacle();

/** What is left out, by the name of its pods, and why. */
const absent: Readonly<Record<string, string>> = {
  'otel-collector': 'is in no package of Debian; its configuration is looked at in test/manifests',
  jaeger: 'is in no package of Debian; its configuration is looked at in test/manifests',
  grafana: 'is in no package of Debian; what it is given is looked at in test/manifests',
  ...(why === undefined ? withoutPrometheus() : {}),
};
const resources = render(overlays.get('local') ?? '').filter(
  ({ metadata }) => absent[metadata.labels?.['app.kubernetes.io/name'] ?? ''] === undefined,
);

it.runIf(why !== undefined)(`cannot be done here: ${why}`, () => {
  expect(why).not.toBe('');
});

const EDGE = 'ws://127.0.0.1:30800';
const API = 'http://127.0.0.1:30880';
const DOWNLOADS = 'http://127.0.0.1:30881';

describe.skipIf(why !== undefined)('the overlay for one node', () => {
  let cluster: Cluster;
  let fleet: Fleet | undefined;
  beforeAll(async () => {
    cluster = await Cluster.start(resources);
  }, 240_000);
  afterAll(async () => {
    await fleet?.close();
    await cluster?.remove();
  });

  it('has every pod ready by its own probes, the first time it was started', () => {
    const ready = cluster.pods.filter((pod) => pod.ready).map(({ name }) => name);
    expect(ready.sort()).toEqual(servers(resources).map(nameOf).sort());
    expect(cluster.pods.filter((pod) => pod.ended !== undefined)).toEqual([]);
  });

  it('serves devices of each dialect, and who looks at them, through the ports of the node', async () => {
    const { api, token } = await account();
    fleet = startFleet({ url: EDGE, prefix: 'pods', reportMs: 1_000 });
    const expected = fleetDevices('pods');
    await eventually(
      async () => {
        const online = (await api.devices()).filter(({ presence }) => presence.online);
        return expected.every(({ identifier }) => online.some((device) => device.identifier === identifier));
      },
      { withinMs: 60_000, what: 'a whole fleet that is online' },
    );
    expect(new Set(expected.map(({ dialect }) => dialect)).size).toBe(4);

    // Each service does something that it is there for.
    const plug = (await api.devices('&dialect=kinetid'))[0]?.id ?? '';
    await eventually(async () => (await api.latest(plug)).length > 0, {
      withinMs: 30_000,
      what: 'a reading',
    });
    const person = await viewer(EDGE, token);
    const asking = await asked(person, fleet.members[4]?.identifier ?? '');
    expect(asking.type).toBe('watch_ready');
    person.end();
    expect(await api.get('/v1/watch-sessions')).toMatchObject({ items: [{}] });
    expect(await api.get('/v1/firmware')).toMatchObject({ items: [] });
    const printer = (await api.devices('&dialect=berg')).find(({ kind }) => kind === 'printer')?.id;
    expect(await preview(token, printer)).toBe('image/png');
    expect((await fetch(`${DOWNLOADS}/`)).status).toBe(404);
    expect(await api.get('/healthz')).toMatchObject({ state: 'ok' });
  });

  it.skipIf(absent['prometheus'] !== undefined)(
    'is looked after by a Prometheus that finds every process of ours by its name, and knows the rules',
    async () => {
      const prometheus = cluster.pods.find(({ name }) => name === 'prometheus')?.sandbox.address;
      const ask = async (path: string): Promise<unknown> => {
        const url = `http://${prometheus}:9090/api/v1/${path}`;
        return at(await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json(), 'data');
      };
      const ours = cluster.pods.filter(
        ({ ready, container }) => ready && /^mooring\//.test(container.image ?? ''),
      );
      const asked = ours.map(({ name, sandbox }) => `${name} at ${sandbox.address}:9464`).sort();
      await eventually(
        async () => {
          const up = (at(await ask('query?query=up==1'), 'result') ?? []) as readonly unknown[];
          const seen = up.map((one) => `${at(one, 'metric.job')} at ${at(one, 'metric.instance')}`);
          return JSON.stringify(seen.sort()) === JSON.stringify(asked);
        },
        { withinMs: 60_000, what: `${asked.join(', ')} up` },
      );
      const groups = (at(await ask('rules'), 'groups') ?? []) as readonly unknown[];
      const rules = groups.flatMap((group) => at(group, 'rules') as readonly unknown[]);
      expect(rules.length).toBeGreaterThan(0);
      expect(rules.filter((rule) => at(rule, 'health') === 'err')).toEqual([]);
    },
    90_000,
  );

  it('opened every connection that the policies are there for, and none that they forbid', () => {
    cluster.look();
    const [out, into] = [allowed(resources, 'egress'), allowed(resources, 'ingress')];
    const isInside = (arrow: string): boolean => !arrow.startsWith('node → ');
    const inside = [...cluster.opened].filter(isInside);
    expect(inside.filter((arrow) => !out.includes(arrow) || !into.includes(arrow))).toEqual([]);
    expect(cluster.askers.filter((name) => !out.includes(`${name} → dns:53`))).toEqual([]);

    // From outside come whoever may come from anywhere, and the probes of the node.
    const outside = [...cluster.opened].filter((arrow) => !isInside(arrow));
    const probed = cluster.pods.flatMap((pod) =>
      [...pod.probedPorts].map((port) => `node → ${pod.name}:${port}`),
    );
    const doors = into.map((arrow) => arrow.replace(/^anywhere/, 'node'));
    expect(outside.filter((arrow) => ![...probed, ...doors].includes(arrow))).toEqual([]);

    const names = cluster.pods.map(({ name }) => name);
    const between = out.filter((arrow) => names.some((name) => arrow.includes(` → ${name}:`)));
    // One server has no others to speak to.
    const used = between.filter((arrow) => arrow !== 'nats → nats:6222');
    expect(used.filter((arrow) => !cluster.opened.has(arrow))).toEqual([]);
  });

  it('ends each pod in its grace period, with exit code 0, while devices are connected', async () => {
    const ends = await cluster.terminate();
    expect(ends.map(({ name }) => name).sort()).toEqual(servers(resources).map(nameOf).sort());
    expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
    expect(ends.filter(({ ms, graceMs }) => ms >= graceMs)).toEqual([]);
    const seconds = ends.map(
      ({ name, ms, graceMs }) => `${name} ${(ms / 1_000).toFixed(1)} of ${graceMs / 1_000} s`,
    );
    process.stdout.write(`Ended: ${seconds.join(', ')}\n`);
  }, 240_000);
});

/** Debian has one; whoever cannot fetch it does without. */
function withoutPrometheus(): Readonly<Record<string, string>> {
  try {
    promtool();
    return {};
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error;
    process.stderr.write(`pods without a Prometheus: ${error.message}\n`);
    return { prometheus: error.message };
  }
}

/** A person's first account, and the API as that person. */
async function account(): Promise<{ api: Api; token: string }> {
  const person = { email: 'pods@example.com', password: 'correct horse battery', name: 'Pods' };
  const response = await fetch(`${API}/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status, await response.clone().text()).toBe(201);
  const { token } = (await response.json()) as { token: string };
  return { api: apiClient(API, token), token };
}

async function preview(token: string, printer: string | undefined): Promise<string | null> {
  const response = await fetch(`${API}/v1/devices/${printer}/print-preview`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ text: 'Sugar, flour and twenty-four eggs.', face: false }),
    signal: AbortSignal.timeout(20_000),
  });
  return response.headers.get('content-type');
}
