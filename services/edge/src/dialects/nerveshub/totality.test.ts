// Whatever arrives, on every serializer: no exception, no unbounded state, nothing said after the end.
import { encode as pack, decode as unpack } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Frame, Json } from '../dialect.js';
import { helloFor, NOW, Rig } from './_rig.js';
import { MAX_HELD } from './admission.js';
import { MAX_CHANNELS } from './channels.js';
import { type NerveshubState, nerveshub } from './nerveshub.js';
import { MAX_CHARS } from './scrollback.js';

const topics = fc.oneof(
  fc.constantFrom(
    'device',
    'devices',
    'device:1',
    'device:2',
    'firmware:u',
    'console',
    'extensions',
    'phoenix',
    '',
  ),
  fc.string(),
  fc.constantFrom(null, 5, true),
);
const events = fc.oneof(
  fc.constantFrom('phx_join', 'phx_leave', 'heartbeat', 'status_update', 'fwup_progress', 'rebooting', 'up'),
  fc.constantFrom(
    'connection_types',
    'report_network_interface',
    'location:update',
    'check_update_available',
  ),
  fc.constantFrom(
    'health:attached',
    'health:report',
    'geo:location:update',
    'logging:send',
    'geo:error',
    'x:y',
  ),
  fc.constantFrom(
    'local_shell:attached',
    'local_shell:shell_output',
    'local_shell:shell_exited',
    'local_shell:request_status',
    'network_identity:report',
  ),
  fc.constantFrom('scripts/run', 'file-data/start', 'file-data', 'file-data/stop', 'firmware_validated'),
  fc.string(),
  fc.constantFrom(null, 5),
);
const fields = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'status',
      'state',
      'value',
      'stage',
      'values',
      'interface',
      'latitude',
      'longitude',
      'message',
    ),
    fc.constantFrom(
      'health',
      'geo',
      'logging',
      'nerves_fw_uuid',
      'device_api_version',
      'meta',
      'metrics',
      '__proto__',
    ),
    fc.constantFrom('data', 'filename', 'chunk', 'ref', 'output', 'result', 'identities', 'local_shell'),
  ),
  fc.oneof(
    fc.constantFrom('0.0.1', 'failed', '2.3.0', 'rescheduled'),
    fc.double({ noNaN: true }),
    fc.jsonValue(),
  ),
);
const payloads = fc.oneof(fields, fc.jsonValue(), fc.record({ value: fc.record({ metrics: fields }) }));
const refs = fc.constantFrom('1', '2', 1, null);
const messages = fc
  .tuple(refs, refs, topics, events, payloads)
  .map((five): Json => JSON.parse(JSON.stringify(five)));

type Five = readonly [Json, Json, Json, Json, Json];
const asFrame: Record<string, (message: Json) => Frame> = {
  'vsn=1.0.0': (message) => {
    const [join_ref, ref, topic, event, payload] = message as Five;
    return { data: Buffer.from(JSON.stringify({ join_ref, ref, topic, event, payload })), binary: false };
  },
  'vsn=2.0.0': (message) => ({ data: Buffer.from(JSON.stringify(message)), binary: false }),
  'vsn=3.0.0': (message) => ({ data: pack(withoutProto(message)), binary: true }),
  // The same socket as V2, with every message as a binary push.
  'vsn=2.0.0&binary': (message) => {
    const names = (message as Five)
      .slice(0, 4)
      .map((name) => Buffer.from(String(name ?? '')).subarray(0, 255));
    const body = Buffer.from(JSON.stringify((message as Five)[4]));
    return {
      data: Buffer.concat([Uint8Array.from([0, ...names.map((n) => n.length)]), ...names, body]),
      binary: true,
    };
  },
};

/** The MsgPack library refuses the key on both sides. */
function withoutProto(value: Json): Json {
  return JSON.parse(JSON.stringify(value).replaceAll('"__proto__":', '"proto":'));
}

const frames = (write: (message: Json) => Frame) =>
  fc.oneof(
    { weight: 20, arbitrary: messages.map(write) },
    { weight: 1, arbitrary: fc.record({ data: fc.uint8Array({ maxLength: 64 }), binary: fc.boolean() }) },
    {
      weight: 1,
      arbitrary: fc.record({ data: fc.json().map((text) => Buffer.from(text)), binary: fc.boolean() }),
    },
  );

function check(effect: Effect): void {
  if (effect.do === 'send') {
    if (typeof effect.frame === 'string') JSON.parse(effect.frame);
    else unpack(effect.frame);
  }
  if (effect.do === 'close') expect(effect.close.code).not.toBe(1000);
  if (effect.do !== 'emit') return;
  const { event } = effect;
  expect(Buffer.byteLength(JSON.stringify({ ...event, device: null }))).toBeLessThan(65_536);
  if (event.kind === 'reading') expect(event.metric).toMatch(/^[a-z0-9_]{1,64}$/);
  if (event.kind === 'update' && event.progress !== undefined) {
    expect(event.progress >= 0 && event.progress <= 100).toBe(true);
  }
  if (event.kind === 'log') expect(event.message).not.toContain('\0');
}

/** What comes from elsewhere meanwhile: people at both terminals, answers, timers. */
function around(rig: Rig<NerveshubState>, index: number): readonly Effect[] {
  const from = { node: 'n', connectionId: `p-${index}`, deviceNumber: 0n, epoch: 0n };
  const sessionId = `s-${index}`;
  const about = { on: 'console', sessionId, from } as const;
  const kind = index % 2 === 0 ? 'iex' : 'shell';
  return [
    ...rig.deliver({ ...about, content: { is: 'open', kind, person: 'u' } }),
    ...rig.deliver({ ...about, content: { is: 'data', data: 'x'.repeat(index * 100) } }),
    ...rig.deliver({ on: 'push', push: { is: 'connecting_code', text: 'x' } }),
    ...rig.answer(`console ${sessionId}`, {
      kind: 'signalled',
      outcome: index % 3 === 0 ? 'gone' : 'delivered',
    }),
    ...rig.input({ on: 'timer', timer: `people_at_${kind}` }),
    ...rig.input({ on: 'timer', timer: 'shell_lingers' }),
  ];
}

describe.each(Object.entries(asFrame))('%s', (query, write) => {
  it('takes any sequence of frames', () => {
    fc.assert(
      fc.property(
        fc.array(frames(write), { maxLength: 30 }),
        fc.boolean(),
        fc.nat(40),
        (sequence, auto, answerAt) => {
          const rig = new Rig(nerveshub, helloFor(query));
          rig.autoAdmit = auto;
          for (const [index, frame] of sequence.entries()) {
            const wasClosed = rig.state.phase.is === 'closed';
            const effects = rig.input({ on: 'frame', frame }, NOW + index * 100);
            if (wasClosed) expect(effects).toEqual([]);
            for (const effect of effects) check(effect);
            if (index === answerAt) rig.admit({ kind: 'refused', code: 'not_found', message: '' });
            rig.input({ on: 'timer', timer: 'health_check' });
            for (const effect of around(rig, index)) check(effect);
          }
          const { phase } = rig.state;
          if (phase.is === 'pending') expect(phase.held.length).toBeLessThanOrEqual(MAX_HELD);
          if (phase.is === 'admitted') {
            expect(phase.open.size).toBeLessThanOrEqual(MAX_CHANNELS);
            // What is remembered of the device does not grow with what it says.
            const { device: _device, terminals, ...remembered } = phase.context;
            expect(JSON.stringify(remembered).length).toBeLessThan(512);
            for (const { seats, scrollback } of Object.values(terminals)) {
              expect(seats.size).toBeLessThanOrEqual(8);
              expect(scrollback.text.length).toBeLessThanOrEqual(2 * MAX_CHARS);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), fc.boolean(), (data, binary) => {
        const rig = new Rig(nerveshub, helloFor(query));
        for (const effect of rig.input({ on: 'frame', frame: { data, binary } })) check(effect);
      }),
      { numRuns: 500 },
    );
  });
});

it('takes JSON nested as deep as a frame can be', () => {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  rig.json(['1', '1', 'extensions', 'phx_join', { logging: '0.0.1', health: '0.0.1' }]);
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const line = rig.text(`["1","2","extensions","logging:send",{"message":"m","meta":{"deep":${deep}}}]`);
  expect(line).toHaveLength(1);
  for (const effect of line) check(effect);
  const report = rig.text(
    `["1","2","extensions","health:report",{"value":{"metrics":${deep},"alarms":${deep}}}]`,
  );
  for (const effect of report) check(effect);
  expect(report.length).toBeGreaterThan(0);
});
