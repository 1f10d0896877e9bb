// A person's console from hello to end, against a device's machine: what each side sees, and what is noted.
import { describe, expect, it } from 'vitest';
import { RefusalCode } from '../dialect.js';
import { courier, DeviceEnd, NOW, PersonEnd, pair } from './_pair.js';

describe('coming in', () => {
  it('goes from the hello to the prompt', () => {
    const { device, person, carry } = pair();
    expect(person.asked).toEqual([
      { kind: 'authenticate', token: 't' },
      { kind: 'open_console', person: { userId: 'user-1' }, device: 'device-1234', console: 'iex' },
    ]);
    expect(person.said).toEqual([{ type: 'ready', session_id: 's-person-1', device_id: 'd', kind: 'iex' }]);
    expect(device.heard()).toEqual([['window_size', { height: 24, width: 80 }]]);
    device.say('up', { data: 'iex(1)> ' });
    carry();
    person.say({ type: 'input', data: '1 + 1\r' });
    person.say({ type: 'resize', rows: 50, columns: 132 });
    person.say({ type: 'restart' });
    carry();
    expect(device.heard()).toEqual([
      ['dn', { data: '1 + 1\r' }],
      ['window_size', { height: 50, width: 132 }],
      ['restart', {}],
    ]);
    expect(person.shown()).toBe('iex(1)> ');
    expect(device.logs()).toEqual(['console_opened user-1']);
  });

  it('takes the token of the upgrade request where the hello has none', () => {
    const person = new PersonEnd('p', { authorization: 'Bearer key' });
    person.say({ type: 'hello', device: 'd' });
    expect(person.asked).toEqual([{ kind: 'authenticate', token: 'key' }]);
  });

  it.each([
    ['no token', { type: 'hello', device: 'd' }, 'unauthenticated', 1008],
    ['no device', { type: 'hello', token: 't' }, 'invalid', 1008],
    ['another kind', { type: 'hello', token: 't', device: 'd', kind: 'x' }, 'invalid', 1008],
    ['something else first', { type: 'input', data: 'x' }, 'invalid', 1008],
    ['no object', [1], 'invalid', 1008],
  ])('ends with %s', (_, message, code, close) => {
    const person = new PersonEnd('p');
    person.say(message);
    expect(person.said).toMatchObject([{ type: 'error', code }]);
    expect(person.closed()).toMatchObject([[close, expect.anything()]]);
    expect(person.asked).toEqual([]);
  });

  it('ends without a hello in time, and with a binary frame', () => {
    const silent = new PersonEnd('p');
    silent.timer('hello', NOW + 10_000);
    expect(silent.closed()).toEqual([[1008, 'hello_timeout']]);
    const binary = new PersonEnd('p');
    binary.frame(Buffer.of(1), true);
    expect(binary.closed()).toEqual([[1003, 'binary_frame']]);
  });

  it.each(Object.values(RefusalCode))('is refused %s in words, by whoever refuses it', (code) => {
    for (const as of ['who', 'may']) {
      const person = new PersonEnd('p');
      person.say({ type: 'hello', token: 't', device: 'd' });
      if (as === 'may') person.settle('who', { kind: 'authenticated', person: { userId: 'u' } });
      person.settle(as, { kind: 'refused', code, message: 'no' });
      expect(person.said).toMatchObject([{ type: 'error' }]);
      const isLater = ['conflict', 'exhausted', 'unavailable'].includes(code);
      expect(person.closed()[0]?.[0]).toBe(isLater ? 1013 : 1008);
      expect(person.audit()).toEqual([]);
    }
  });

  it('hears that the device has no such terminal', () => {
    const device = new DeviceEnd();
    const person = new PersonEnd('person-1').enter('shell');
    courier(device, person);
    expect(person.said).toEqual([{ type: 'closed', reason: 'not_joined' }]);
    expect(person.audit()).toMatchObject([{ action: 'console.closed', details: { reason: 'not_joined' } }]);
  });
});

describe('several people', () => {
  it('see the same, and whoever comes later what was shown before', () => {
    const { device, person } = pair();
    device.say('up', { data: 'one\r\n' });
    const second = new PersonEnd('person-2').enter('iex', 'user-2');
    const carry = () => courier(device, person, second);
    carry();
    device.say('up', { data: 'two\r\n' });
    carry();
    expect([person.shown(), second.shown()]).toEqual(['one\r\ntwo\r\n', 'one\r\ntwo\r\n']);
    expect(second.types()[0]).toBe('ready');
    expect(device.logs()).toEqual(['console_opened user-1', 'console_opened user-2']);
  });

  it('are eight at most', () => {
    const device = new DeviceEnd();
    const people = Array.from({ length: 9 }, (_, n) => new PersonEnd(`p-${n}`).enter());
    courier(device, ...people);
    expect(people.map((person) => person.types()[0])).toEqual([...Array(8).fill('ready'), 'closed']);
    expect(people[8]?.said).toEqual([{ type: 'closed', reason: 'full' }]);
  });
});

describe('the end', () => {
  it.each([
    ['leaves its console', 'ended', (device: DeviceEnd) => device.say('phx_leave', {})],
    ['is gone', 'device_gone', (device: DeviceEnd) => device.take({ on: 'closed', leaving: false })],
  ])('comes when the device %s', (_, reason, end) => {
    const { device, person, carry } = pair();
    end(device);
    carry();
    expect(person.said.at(-1)).toEqual({ type: 'closed', reason });
    expect(person.closed()).toEqual([[1000, reason]]);
    expect(device.logs().at(-1)).toBe('console_closed user-1');
  });

  it('comes when the edge itself closes the device’s connection', () => {
    const { device, person, carry } = pair();
    const admitted = { id: '1', number: 1n, organizationId: 'org-1', timeZone: 'UTC', epoch: 7n };
    const superseded = { kind: 'superseded', device: { ...admitted, identifier: 'device-1234' } } as const;
    device.rig.input({ on: 'command', command: superseded });
    device.take({ on: 'closed', leaving: false });
    carry();
    expect(person.said.at(-1)).toEqual({ type: 'closed', reason: 'device_gone' });
  });

  it('by the person is heard by the device, and noted with what it was', () => {
    const { device, person, carry } = pair();
    device.say('up', { data: 'x'.repeat(100) });
    carry();
    person.now = NOW + 65_400;
    person.say({ type: 'input', data: 'abc' });
    person.take({ on: 'closed', leaving: true });
    carry();
    expect(device.logs().at(-1)).toBe('console_closed user-1');
    expect(person.audit()).toEqual([
      {
        ...{ kind: 'audit', organizationId: 'o', timeMs: NOW + 65_400, actor: 'user-1' },
        ...{ action: 'console.closed', resource: 'd' },
        details: {
          ...{ session_id: 's-person-1', kind: 'iex', reason: 'person_left' },
          ...{ duration_s: 65, bytes_in: 29, bytes_out: 100 },
        },
      },
    ]);
    device.heard();
    device.say('up', { data: 'y' });
    expect(device.out).toEqual([]);
  });

  it('is found out when the device’s edge is not there any more', () => {
    const { person } = pair();
    person.timer('presence', NOW + 15_000);
    courier(person);
    expect(person.said.at(-1)).toEqual({ type: 'closed', reason: 'device_gone' });
    expect(person.audit()).toHaveLength(1);
  });

  it('is found out when the person’s edge is not there any more', () => {
    const { device } = pair();
    device.say('up', { data: 'x' });
    courier(device);
    expect(device.logs().at(-1)).toBe('console_closed user-1');
  });

  it('comes for whoever types nothing for half an hour, and for all after eight hours', () => {
    const idle = pair();
    idle.person.timer('presence', NOW + 31 * 60_000);
    expect(idle.person.said.at(-1)).toEqual({ type: 'closed', reason: 'idle' });
    idle.carry();
    expect(idle.device.logs().at(-1)).toBe('console_closed user-1');
    const long = pair();
    long.person.timer('longest', NOW + 8 * 3_600_000);
    expect(long.person.said.at(-1)).toEqual({ type: 'closed', reason: 'too_long' });
  });

  it('comes for whoever is not heard of, and for nobody who is', () => {
    const { device, person, carry } = pair();
    device.timer('people_at_iex', NOW + 59_000);
    expect(device.logs()).toEqual(['console_opened user-1']);
    device.rig.json([null, '1', 'phoenix', 'heartbeat', {}], NOW + 59_000);
    person.timer('presence', NOW + 59_000);
    carry();
    device.timer('people_at_iex', NOW + 90_000);
    expect(device.logs()).toEqual(['console_opened user-1']);
    device.timer('people_at_iex', NOW + 120_000);
    expect(device.logs().at(-1)).toBe('console_closed user-1');
  });
});

describe('a signal', () => {
  it('of a session that is not here, or of another connection, reaches nobody', () => {
    const { device, person, carry } = pair();
    device.heard();
    const stranger = { node: 'n', connectionId: 'other', deviceNumber: 0n, epoch: 0n };
    const typed = { is: 'data', data: 'rm -rf\r' } as const;
    for (const sessionId of ['s-person-1', 's-unknown']) {
      expect(device.take({ on: 'console', sessionId, from: stranger, content: typed })).toEqual([]);
      expect(person.take({ on: 'console', sessionId, from: stranger, content: typed })).toEqual([]);
    }
    carry();
    expect([device.heard(), person.shown()]).toEqual([[], '']);
  });

  it('out of turn or unreadable is answered, and closes nothing', () => {
    const { person } = pair();
    person.say({ type: 'hello', token: 't', device: 'd' });
    person.say({ type: 'resize', rows: 0, columns: 1 });
    person.say({ type: 'input', data: 7 });
    person.say({ type: 'dance' });
    expect(person.said.slice(1).map(({ code }) => code)).toEqual(Array(4).fill('invalid'));
    expect(person.closed()).toEqual([]);
  });
});
