// Files and the shell of a device, between a person's console and the device's machine.
import { describe, expect, it } from 'vitest';
import { counted } from '../nerveshub/_rig.js';
import { courier, DeviceEnd, EXTENSIONS, NOW, PersonEnd, pair } from './_pair.js';

describe('files', () => {
  const bytes = Buffer.from([0, 255, 10]);
  const pieces = [
    { step: 'start', name: 'a.txt' },
    { step: 'chunk', name: 'a.txt', chunk: 0, data: bytes.toString('base64') },
    { step: 'stop', name: 'a.txt' },
  ];

  it('go up to the device and come down from it', () => {
    const { device, person, carry } = pair();
    device.heard();
    for (const piece of pieces) person.say({ type: 'file', ...piece });
    carry();
    const from = { uploaded_by: 'user-1' };
    expect(device.heard()).toEqual([
      ['file-data/start', { filename: 'a.txt', ...from }],
      ['file-data', { filename: 'a.txt', chunk: 0, data: 'AP8K' }],
      ['file-data/stop', { filename: 'a.txt', ...from }],
    ]);
    device.say('file-data/start', { filename: 'b' });
    device.say('file-data', { filename: 'b', chunk: 0, data: 'AP8K' });
    device.say('file-data/stop', { filename: 'b' });
    carry();
    expect(person.said.slice(1)).toEqual([
      { type: 'file', step: 'start', name: 'b' },
      { type: 'file', step: 'chunk', name: 'b', chunk: 0, data: 'AP8K' },
      { type: 'file', step: 'stop', name: 'b' },
    ]);
  });

  it('are not sent to a console that knows none', () => {
    const device = new DeviceEnd('1.0.0');
    const person = new PersonEnd('person-1').enter();
    courier(device, person);
    device.heard();
    person.say({ type: 'file', ...pieces[0] });
    courier(device, person);
    expect(device.heard()).toEqual([]);
    expect(counted(device.rig.effects)).toContain('ignored file_of_old_console');
  });

  it.each([
    { step: 'start', name: '../etc/passwd' },
    { step: 'start', name: '..' },
    { step: 'start', name: '' },
    { step: 'chunk', name: 'a', chunk: -1, data: '' },
    { step: 'chunk', name: 'a', chunk: 0, data: '*' },
    { step: 'chunk', name: 'a', chunk: 0, data: 'A'.repeat(24_000) },
    { step: 'sing', name: 'a' },
  ])('are refused when they are %j', (piece) => {
    const { device, person, carry } = pair();
    device.heard();
    person.say({ type: 'file', ...piece });
    carry();
    expect(person.said.at(-1)).toMatchObject({ type: 'error', code: 'invalid' });
    expect(device.heard()).toEqual([]);
  });
});

describe('a shell', () => {
  it('is started for the first person and shown to all', () => {
    const { device, person, carry } = pair('shell');
    expect(device.heard()).toEqual([
      ['local_shell:request_shell', {}],
      ['local_shell:window_size', { rows: 24, cols: 80 }],
    ]);
    person.say({ type: 'input', data: 'ls\r' });
    person.say({ type: 'restart' });
    carry();
    expect(device.heard()).toEqual([
      ['local_shell:shell_input', { data: 'ls\r' }],
      ['local_shell:kill_shell', { signal: 15 }],
      ['local_shell:request_shell', {}],
    ]);
    device.say('local_shell:shell_output', { data: '# ' }, EXTENSIONS);
    carry();
    expect(person.shown()).toBe('# ');
  });

  it('goes on for five minutes when nobody is there, and ends then', () => {
    const { device, person, carry } = pair('shell');
    person.take({ on: 'closed', leaving: true });
    carry();
    device.heard();
    expect(device.rig.effects).toContainEqual({ do: 'arm', timer: 'shell_lingers', afterMs: 300_000 });
    device.timer('shell_lingers', NOW + 300_000);
    expect(device.heard()).toEqual([['local_shell:kill_shell', { signal: 15 }]]);
  });

  it.each([
    ['exits', 'local_shell:shell_exited', { exit_code: 0 }],
    ['cannot start', 'local_shell:request_status', { status: 'failed', reason: 'no expty' }],
    ['is switched off', 'local_shell:detached', {}],
  ])('that %s is over for everybody, and what it showed with it', (_, event, payload) => {
    const { device, person, carry } = pair('shell');
    device.say('local_shell:shell_output', { data: 'secret of the first' }, EXTENSIONS);
    device.say(event, payload, EXTENSIONS);
    carry();
    expect(person.said.at(-1)).toEqual({ type: 'closed', reason: 'ended' });
    device.say('local_shell:attached', {}, EXTENSIONS);
    const next = new PersonEnd('person-2').enter('shell');
    courier(device, next);
    expect(next.shown()).toBe('');
  });
});
