// The Kinetid machine: hello, admission, what each message emits, bad messages, the ends of a connection.
import { describe, expect, it } from 'vitest';
import { asked, closed, counts, deviceNamed, drive, emitted, helloWith, sent, vectorsOf } from '../_drive.js';
import { CloseReason, RefusalCode } from '../dialect.js';
import { kinetid } from './kinetid.js';
import { MAX_HELD, MAX_HELD_BYTES } from './state.js';

const now = Date.parse('2025-01-01T12:20:00Z');
const deviceId = '39628657580236';
const plug = deviceNamed(deviceId);
const hello = { cmd: 'hello', deviceId };
const hb = { cmd: 'hb', deviceId };
const report = { cmd: 'report', deviceId, consumptions: [{ interval: 60, consumption: 42 }] };

const start = () => drive(kinetid, now);
function ready(more = {}) {
  const session = start();
  session.text({ ...hello, ...more });
  return { session, greeted: session.admit('active', plug) };
}

describe('hello', () => {
  it('is due within 10 s', () => {
    const session = start();
    expect(session.opened).toEqual([{ do: 'arm', timer: 'hello', afterMs: 10_000 }]);
    expect(closed(session.timer('hello'))).toEqual([[1008, 'hello_timeout']]);
    expect(session.text(hello)).toEqual([]);
  });

  it('asks to admit the plug, with its token when it has one', () => {
    expect(start().text(hello)).toEqual([
      { do: 'disarm', timer: 'hello' },
      { do: 'ask', as: 'active', question: { kind: 'admit', identifier: deviceId, deviceKind: 'plug' } },
    ]);
    expect(start().text({ ...hello, token: 's3cret' })[1]).toMatchObject({ question: { token: 's3cret' } });
    expect(start().text({ ...hello, token: 7 })[1]).not.toHaveProperty('question.token');
  });

  it('ignores what comes before it', () => {
    const session = start();
    for (const message of [hb, report, hb, hb])
      expect(counts(session.text(message))).toEqual(['ignored before_hello']);
    expect(asked(session.text(hello))).toEqual(['active']);
  });

  it('is never answered in version 1', () => {
    const { greeted } = ready();
    expect(greeted).toEqual([
      {
        do: 'emit',
        event: { kind: 'facts', device: plug, timeMs: now, profile: { mac_address: '24:0a:c4:0e:d8:cc' } },
      },
      {
        do: 'emit',
        event: { kind: 'control', device: plug, timeMs: now, content: { is: 'arrival', started: false } },
      },
    ]);
  });

  it('is answered in version 2 once the plug is in, with the time of the answer', () => {
    const session = start();
    expect(sent(session.text({ ...hello, v: 2, on: true, fw: '1.0.3' }))).toEqual([]);
    session.now += 5000;
    const greeted = session.admit('active', plug);
    const answer = { cmd: 'hello', deviceId, ok: true, time: now / 1000 + 5, hb: 4, report: 60 };
    expect(sent(greeted)).toEqual([answer]);
    const facts = emitted(greeted, 'facts');
    expect(facts.map((fact) => fact.firmware)).toContainEqual({ version: '1.0.3' });
    expect(facts.map((fact) => fact.reported)).toContainEqual({ on: true });
    const again = session.text({ ...hello, v: 2, on: true, fw: '1.0.3' });
    expect([sent(again), emitted(again, 'facts')]).toEqual([[answer], []]);
  });

  it.each([
    [RefusalCode.notFound, 1008, 'device_not_found', 'not_registered'],
    [RefusalCode.unauthenticated, 1008, 'device_unauthenticated', 'unauthenticated'],
    [RefusalCode.forbidden, 1008, 'device_forbidden', 'forbidden'],
    [RefusalCode.unavailable, 1013, 'admission_unavailable', 'unavailable'],
    [RefusalCode.exhausted, 1013, 'admission_exhausted', 'exhausted'],
  ])('refused with %s closes %i', (code, closeCode, reason, error) => {
    const v1 = start();
    v1.text(hello);
    const silent = v1.refuse('active', code);
    expect([sent(silent), closed(silent)]).toEqual([[], [[closeCode, reason]]]);
    const v2 = start();
    v2.text({ ...hello, v: 2 });
    const told = v2.refuse('active', code);
    expect([sent(told), closed(told)]).toEqual([[{ cmd: 'error', deviceId, error }], [[closeCode, reason]]]);
  });

  it('unknown says so', () => {
    const session = start();
    session.text(hello);
    expect(session.refuse('active', RefusalCode.notFound).at(-1)).toMatchObject({
      close: { text: 'Unknown device' },
    });
  });
});

describe('while admission is pending', () => {
  it('holds messages with their time of receipt, and heartbeats not at all', () => {
    const session = start();
    session.text(hello);
    session.now += 1000;
    expect([...session.text(report), ...session.text(hb)]).toEqual([]);
    session.now += 4000;
    const [reading] = emitted(session.admit('active', plug), 'reading');
    expect(reading).toMatchObject({ value: 42, timeMs: now + 1000 });
  });

  it('holds a bounded number and counts the rest', () => {
    const session = start();
    session.text(hello);
    const overflow = Array.from({ length: 20 }, () => counts(session.text(report))).flat();
    expect(overflow).toEqual(Array(20 - (MAX_HELD - 1)).fill('ignored held_overflow'));
    expect(emitted(session.admit('active', plug), 'reading')).toHaveLength(MAX_HELD - 1);
  });

  it('holds a bounded number of bytes', () => {
    const session = start();
    session.text(hello);
    const big = { ...report, pad: 'x'.repeat(MAX_HELD_BYTES / 2) };
    expect([counts(session.text(big)), counts(session.text(big))]).toEqual([[], ['ignored held_overflow']]);
    session.admit('active', plug);
    expect(session.state.room.usedBytes).toBe(0);
  });

  it('closes at the third bad message held', () => {
    const session = start();
    session.text(hello);
    for (let i = 0; i < 4; i++) session.text({ cmd: 'report', deviceId });
    const effects = session.admit('active', plug);
    expect(closed(effects)).toEqual([[1008, 'bad_messages']]);
    expect(effects.at(-1)).toMatchObject({ do: 'close' });
  });
});

describe('an admitted plug', () => {
  it('says nothing with a heartbeat', () => {
    expect(ready().session.text(hb)).toEqual([]);
  });

  it('reports its state as a fact only when it changed', () => {
    const { session } = ready({ on: true });
    expect(emitted(session.text({ ...report, on: true }), 'facts')).toEqual([]);
    expect(emitted(session.text({ ...report, on: false }), 'facts')).toMatchObject([
      { reported: { on: false } },
    ]);
    expect(emitted(session.text({ ...report, on: 'false' }), 'facts')).toEqual([]);
  });

  it('logs a switch on the spot', () => {
    const effects = ready().session.text({ cmd: 'state', deviceId, on: false, by: 'button' });
    expect(emitted(effects, 'log')).toMatchObject([
      { name: 'switched', fields: { on: false, by: 'button' } },
    ]);
    expect(emitted(effects, 'facts')).toMatchObject([{ reported: { on: false } }]);
  });

  it('logs answers to commands', () => {
    const { session } = ready();
    const fine = session.text({ cmd: 'ack', deviceId, id: 'c-1', on: true });
    expect(emitted(fine, 'log')).toMatchObject([
      { name: 'command_response', level: 'info', fields: { id: 'c-1', on: true } },
    ]);
    expect(emitted(fine, 'facts')).toMatchObject([{ reported: { on: true } }]);
    const failed = session.text({ cmd: 'ack', deviceId, id: 'c-2', error: 'plc_timeout' });
    expect(emitted(failed, 'log')).toMatchObject([
      { level: 'warning', fields: { id: 'c-2', error: 'plc_timeout' } },
    ]);
  });

  it('numbers its reports within the boot of its hello', () => {
    const { session } = ready({ v: 2, boot: 'b7' });
    expect(emitted(session.text({ ...report, seq: 3 }), 'reading')).toMatchObject([
      { report: { boot: 'b7', seq: 3, entry: 0 } },
    ]);
  });
});

describe('bad messages', () => {
  it.each(vectorsOf('kinetid', 'bad_input').filter(({ input }) => input['when'] === undefined))(
    '$name: counted, and the third in a row closes',
    ({ input }) => {
      const { session } = ready();
      const bad = () => session.text(String(input['text']));
      const first = bad();
      expect([emitted(first, 'reading'), closed(first), counts(first).length]).toEqual([[], [], 1]);
      expect(closed(bad())).toEqual([]);
      for (const good of [hb, report]) {
        session.text(good);
        expect([...closed(bad()), ...closed(bad())]).toEqual([]);
      }
      expect(closed(bad())).toEqual([[1008, 'bad_messages']]);
      expect(session.text(report)).toEqual([]);
    },
  );

  it.each([{ cmd: 'state', deviceId }, { cmd: 'ack', deviceId }, { cmd: 'hb' }, []])(
    '%j is one',
    (message) => {
      const { session } = ready();
      expect(counts(session.text(message))[0]).toMatch(/^malformed /);
    },
  );

  it('unknown commands are none', () => {
    const { session } = ready();
    for (const cmd of ['reboot', undefined, 7, 'hi']) {
      const effects = session.text({ cmd, deviceId });
      expect(effects).toEqual([{ do: 'count', outcome: 'unrecognised', what: 'cmd' }]);
    }
  });
});

it.each(
  vectorsOf('kinetid', 'extension_message').filter(({ input }) => input['direction'] === 'device to server'),
)('$name is understood', ({ input }) => {
  const { session } = ready();
  const message = input['message'] as { deviceId: string };
  const effects = session.text(message);
  const passive = message.deviceId !== deviceId;
  expect(asked(effects)).toEqual(passive ? [`passive:${message.deviceId}`] : []);
  const all = passive ? session.admit(`passive:${message.deviceId}`, deviceNamed(message.deviceId)) : effects;
  expect(counts([...effects, ...all])).toEqual([]);
  expect(all.length).toBeGreaterThan(0);
});

describe('ends', () => {
  it('when the plug is admitted elsewhere, but not for an older epoch', () => {
    const { session } = ready();
    expect(session.supersede(deviceNamed(deviceId, 0n))).toEqual([]);
    expect(closed(session.supersede(plug))).toEqual([[1008, 'replaced']]);
  });

  it('with the code that fits', () => {
    const codes = Object.values(CloseReason).map((reason) => [reason, kinetid.closeFor(reason).code]);
    expect(Object.fromEntries(codes)).toEqual({
      drain: 1001,
      operator: 1001,
      replaced: 1008,
      too_fast: 1008,
      too_big: 1009,
      internal: 1011,
      overload: 1013,
      unavailable: 1013,
    });
  });
});

it('accepts any upgrade, without a subprotocol', () => {
  const headers = { origin: 'http://elsewhere', 'sec-websocket-protocol': 'x' };
  expect(kinetid.upgrade(helloWith(headers))).toEqual({ accept: true });
});
