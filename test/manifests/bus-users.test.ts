// Each process may do on the bus what its durables and subjects need, and nothing that is another's.
import { edgeLease, firmwareBucket, streams, uplink } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { declared } from '../contract/_bus.js';
import { consumerFiles } from '../contract/_durables.js';
import { allows, type BusUser, busUsers } from './_bus-users.js';
import { nameOf, workloads } from './_pods.js';
import { overlays, render } from './_render.js';
import { at } from './_tree.js';

const users = busUsers();
const durables = (await consumerFiles()).flatMap(({ service, durables }) =>
  durables.map((durable) => ({ service, name: durable.name, durable })),
);
const may = (user: BusUser, subject: string): boolean => user.publish.some((one) => allows(one, subject));
const who = (subject: string): readonly string[] =>
  users.filter((user) => may(user, subject)).map(({ user }) => user);

describe('users of the bus', () => {
  it.each([...overlays])('are those that connect in %s', (_, folder) => {
    const connecting = workloads(render(folder)).filter(({ spec }) =>
      spec.containers.some(({ env }) => env?.some(({ name }) => name === 'NATS_URL')),
    );
    expect(users.map(({ user }) => user).sort()).toEqual(connecting.map(nameOf).sort());
    for (const pod of connecting) {
      const env = pod.spec.containers[0]?.env ?? [];
      const given = (variable: string) => env.find(({ name }) => name === variable);
      expect(given('NATS_USER')?.value).toBe(nameOf(pod));
      expect(given('NATS_PASSWORD')?.valueFrom?.secretKeyRef?.key).toBe(nameOf(pod));
    }
  });

  it('have passwords that the servers are told', () => {
    for (const [, folder] of overlays) {
      const nats = workloads(render(folder)).find((pod) => nameOf(pod) === 'nats');
      const told = nats?.spec.containers[0]?.env?.map(({ name }) => name) ?? [];
      expect(users.filter(({ password }) => !told.includes(password))).toEqual([]);
    }
  });

  it('are limited: none hears everything, and none but the Job makes streams', () => {
    const all = users.flatMap(({ publish, subscribe }) => [...publish, ...subscribe]);
    expect(all.filter((subject) => ['>', '*', '$JS.>', '$JS.API.>'].includes(subject))).toEqual([]);
    for (const { name } of streams) expect(who(`$JS.API.STREAM.CREATE.${name}`)).toEqual(['streams']);
    expect(users.filter((user) => may(user, '$JS.API.STREAM.DELETE.TELEMETRY'))).toEqual([]);
    expect(users.filter((user) => may(user, '$JS.API.STREAM.PURGE.TELEMETRY'))).toEqual([]);
  });

  it('hear the answers to what they ask', () => {
    expect(users.filter(({ subscribe }) => !subscribe.includes('_INBOX.>'))).toEqual([]);
  });

  it('say and hear only what is declared', () => {
    const named = users.flatMap(({ publish, subscribe }) => [...publish, ...subscribe]);
    const ours = named.filter((subject) => !/^(\$JS|\$KV|\$O|_INBOX|dead-letter)\./.test(subject));
    const stray = ours.filter((subject) => !declared.some(({ address }) => allows(subject, address.filter)));
    expect(stray).toEqual([]);
  });
});

describe.each(durables)('$name', ({ service, name, durable }) => {
  const stream = durable.stream.name;

  it.each([
    `$JS.API.CONSUMER.CREATE.${stream}.${name}.${durable.subject.filter}`,
    `$JS.API.CONSUMER.INFO.${stream}.${name}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
    `$JS.ACK.${stream}.${name}.1.1.1.1.1`,
    `dead-letter.${name}`,
  ])('is served to its service and to nobody else: %s', (subject) => {
    expect(who(subject)).toEqual([service]);
  });
});

describe('subjects', () => {
  // Telemetry looks after the dead letters of all: what is tried again is published anew.
  it.each(Object.entries(uplink))(
    '%s of devices come from edges, or anew from dead letters',
    (_, { filter }) => {
      expect(who(filter)).toEqual(['edge', 'telemetry']);
    },
  );

  it.each([
    ['device.connected.*', ['registry', 'telemetry']],
    ['alarm.raised.*', ['telemetry']],
    ['edge.*.deliver', ['edge', 'registry', 'signaling', 'firmware-update']],
    ['audit.entry.*', ['edge', 'telemetry', 'firmware-update']],
    ['signaling.watch', ['edge']],
    ['live.*', ['registry', 'telemetry', 'signaling', 'firmware-update']],
    [`$KV.${edgeLease.bucket}.edge-1`, ['edge']],
    [`$O.${firmwareBucket.name}.C.x`, ['firmware-update']],
  ])('%s is said by %s', (subject, expected) => {
    expect(who(subject)).toEqual(expected);
  });

  it.each([
    ['edge.*.deliver', ['edge']],
    ['signaling.watch', ['signaling']],
    ['updating.check', ['firmware-update']],
    ['live.*', ['api']],
    ['telemetry.reading.*', []],
  ])('%s is heard by %s', (subject, expected) => {
    const hearing = users.filter(({ subscribe }) => subscribe.some((one) => allows(one, subject)));
    expect(hearing.map(({ user }) => user)).toEqual(expected);
    expect(hearing.filter(({ answers }) => !answers && subject !== 'live.*')).toEqual([]);
  });

  it('of dead letters can be tried again wherever they came from', () => {
    const telemetry = users.find(({ user }) => user === 'telemetry');
    const lost = durables.filter(({ durable }) => !telemetry || !may(telemetry, durable.subject.filter));
    expect(lost.map(({ name }) => name)).toEqual([]);
    expect(at(telemetry, 'publish')).toContain('$JS.API.STREAM.MSG.DELETE.DEAD_LETTER');
  });
});
