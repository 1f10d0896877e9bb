// Plugs behind the active one: who is asked about, what waits, what silence and refusal do, how many there may be.
import { describe, expect, it } from 'vitest';
import { asked, closed, counts, deviceNamed, drive, emitted, sent } from '../_drive.js';
import { type Effect, RefusalCode } from '../dialect.js';
import { kinetid } from './kinetid.js';
import { MAX_HELD, MAX_PASSIVES } from './state.js';

const now = 1_735_734_000_000;
const active = deviceNamed('39628657580236');
const id = '39628657580300';
const passive = deviceNamed(id);
const as = `passive:${id}`;
const report = (deviceId: string) => ({
  cmd: 'report',
  deviceId,
  consumptions: [{ interval: 60, consumption: 7 }],
});
const hb = (deviceId: string) => ({ cmd: 'hb', deviceId });

function ready(version = 1) {
  const session = drive(kinetid, now);
  session.text({ cmd: 'hello', deviceId: active.identifier, v: version });
  session.admit('active', active);
  return session;
}
const arms = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'arm' ? [effect.afterMs] : []));
const released = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'release' ? [[effect.device.identifier, effect.reason]] : []));

describe('admission', () => {
  it('is asked once, with the active plug as gateway; messages wait for the answer', () => {
    const session = ready();
    expect(session.text(report(id))).toEqual([
      {
        do: 'ask',
        as,
        question: { kind: 'admit', identifier: id, deviceKind: 'passive_plug', gateway: active },
      },
    ]);
    session.now += 500;
    expect(session.text(report(id))).toEqual([]);
    session.now += 500;
    const readings = emitted(session.admit(as, passive), 'reading');
    expect(readings.map(({ device, timeMs }) => [device, timeMs])).toEqual([
      [passive, now],
      [passive, now + 500],
    ]);
    expect(emitted(session.text(report(id)), 'reading')).toMatchObject([{ device: passive, value: 7 }]);
  });

  it('takes the token of a further hello and answers it in version 2', () => {
    const session = ready(2);
    const hello = { cmd: 'hello', deviceId: id, v: 2, token: 't', boot: 'p1' };
    expect(session.text(hello)).toMatchObject([{ question: { token: 't' } }]);
    expect(sent(session.admit(as, passive))).toMatchObject([{ cmd: 'hello', deviceId: id, ok: true }]);
    expect(emitted(session.text({ ...report(id), seq: 1 }), 'reading')).toMatchObject([
      { report: { boot: 'p1' } },
    ]);
  });

  it('holds a bounded number of messages', () => {
    const session = ready();
    const lost = Array.from({ length: MAX_HELD + 2 }, () => counts(session.text(report(id)))).flat();
    expect(lost).toEqual(['ignored held_overflow', 'ignored held_overflow']);
  });

  it('of an id that is none is a bad message', () => {
    expect(counts(ready().text(hb('a b')))).toEqual(['malformed device_id']);
  });

  it('closes at a third bad message among the held ones', () => {
    const session = ready();
    for (let i = 0; i < 3; i++) session.text({ cmd: 'state', deviceId: id });
    expect(session.admit(as, passive).at(-1)).toMatchObject({ do: 'close', reason: 'bad_messages' });
  });
});

describe('a refused plug', () => {
  it('is ignored and counted, and asked about again after a minute at the earliest', () => {
    const session = ready();
    session.text(report(id));
    expect(session.refuse(as, RefusalCode.forbidden)).toEqual([
      { do: 'count', outcome: 'refused', what: 'passive' },
    ]);
    session.now += 59_999;
    expect(session.text(report(id))).toEqual([{ do: 'count', outcome: 'refused', what: 'passive' }]);
    session.now += 1;
    expect(asked(session.text(report(id)))).toEqual([as]);
  });

  it('is told in version 2, but not with every heartbeat', () => {
    const session = ready(2);
    session.text(hb(id));
    const error = { cmd: 'error', deviceId: id, error: 'not_registered' };
    expect(sent(session.refuse(as, RefusalCode.notFound))).toEqual([error]);
    expect(sent(session.text(report(id)))).toEqual([error]);
    expect(sent(session.text(hb(id)))).toEqual([]);
  });

  it('comes back sooner when the registry could not answer', () => {
    const session = ready();
    session.text(hb(id));
    session.refuse(as, RefusalCode.unavailable);
    session.now += 5000;
    expect(asked(session.text(hb(id)))).toEqual([as]);
  });

  it('does not end the connection', () => {
    const session = ready();
    session.text(report(id));
    expect(closed(session.refuse(as, RefusalCode.notFound))).toEqual([]);
  });
});

describe('silence', () => {
  it('of 15 s releases one that sends heartbeats', () => {
    const session = ready();
    session.text(hb(id));
    expect(arms(session.admit(as, passive))).toEqual([15_000]);
    session.now += 4000;
    expect(session.text(hb(id))).toEqual([]);
    session.now += 11_000;
    const early = session.timer('silence');
    expect([released(early), arms(early)]).toEqual([[], [4000]]);
    session.now += 4000;
    expect(session.timer('silence')).toEqual([{ do: 'release', device: passive, reason: 'silent' }]);
    expect(asked(session.text(hb(id)))).toEqual([as]);
  });

  it('of 180 s releases one that only reports, until its first heartbeat', () => {
    const session = ready();
    session.text(report(id));
    expect(arms(session.admit(as, passive))).toEqual([180_000]);
    session.now += 60_000;
    expect(arms(session.text(hb(id)))).toEqual([15_000]);
  });

  it('is watched for all of them with one timer', () => {
    const session = ready();
    session.text(report('1'));
    session.admit('passive:1', deviceNamed('1'));
    session.now += 1000;
    session.text(hb('2'));
    expect(arms(session.admit('passive:2', deviceNamed('2')))).toEqual([15_000]);
    session.now += 15_000;
    const effects = session.timer('silence');
    expect([released(effects), arms(effects)]).toEqual([[['2', 'silent']], [164_000]]);
  });
});

it('a plug that moved to another gateway is dropped without a word, and may come back', () => {
  const session = ready();
  session.text(hb(id));
  session.admit(as, passive);
  expect(session.supersede(passive)).toEqual([]);
  expect(asked(session.text(hb(id)))).toEqual([as]);
  session.admit(as, deviceNamed(id, 5n));
  session.supersede(deviceNamed(id, 4n));
  expect(session.text(hb(id))).toEqual([]);
});

describe('their number', () => {
  it('is bounded', () => {
    const session = ready(2);
    for (let i = 0; i < MAX_PASSIVES; i++) expect(asked(session.text(hb(`p${i}`)))).toHaveLength(1);
    const effects = session.text(report('one-more'));
    expect(counts(effects)).toEqual(['refused too_many_passives']);
    expect(sent(effects)).toEqual([{ cmd: 'error', deviceId: 'one-more', error: 'exhausted' }]);
  });

  it('of refused ones is bounded too, so that invented ids cost no questions', () => {
    const session = ready();
    let questions = 0;
    for (let i = 0; i < 1000; i++) {
      for (const as of asked(session.text(hb(`p${i}`)))) {
        questions += 1;
        session.refuse(as, RefusalCode.notFound);
      }
    }
    expect(questions).toBe(MAX_PASSIVES);
    session.now += 60_000;
    expect(asked(session.text(hb('later')))).toEqual(['passive:later']);
    expect(session.state.passives.refused.size).toBe(0);
  });
});
