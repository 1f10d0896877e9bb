// The machine's own part: heartbeats, admission, what waits for it, the ends of a connection.
import { describe, expect, it } from 'vitest';
import { type Answer, RefusalCode } from '../dialect.js';
import { counted, device, emitted, helloFor, NOW, Rig } from './_rig.js';
import { MAX_HELD, MAX_HELD_BYTES } from './admission.js';
import { nerveshub } from './nerveshub.js';

const ok = (response: object | string | readonly string[] = {}) => ({ status: 'ok', response });
const unmatched = { status: 'error', response: { reason: 'unmatched topic' } };
const JOIN = ['1', '1', 'device', 'phx_join', {}] as const;
const admitted: Answer = { kind: 'admitted', device };

/** A socket whose admission stays open until the test answers it. */
function waiting() {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  rig.autoAdmit = false;
  return rig;
}

describe('before a join', () => {
  it('answers heartbeats and what needs no channel without asking for admission', () => {
    const rig = waiting();
    const answer = (frame: readonly (string | null | object)[]) => rig.seen(rig.text(JSON.stringify(frame)));
    expect(answer([null, '1', 'phoenix', 'heartbeat', {}])).toEqual([
      { recv: [null, '1', 'phoenix', 'phx_reply', ok()] },
    ]);
    expect(answer(['2', '2', 'device', 'rebooting', {}])).toEqual([
      { recv: [null, '2', 'device', 'phx_reply', unmatched] },
    ]);
    expect(answer(['3', '3', 'lobby', 'phx_join', {}])).toEqual([
      { recv: [null, '3', 'lobby', 'phx_reply', unmatched] },
    ]);
    expect(answer(['4', '4', 'device', 'phx_leave', {}])).toEqual([
      { recv: ['4', '4', 'device', 'phx_reply', ok()] },
    ]);
    expect(rig.effects.some((effect) => effect.do === 'ask')).toBe(false);
  });

  it.each(['device', 'console', 'extensions'])(
    'asks for admission on the first join of %s, once',
    (topic) => {
      const rig = waiting();
      const asks = rig.json(['1', '1', topic, 'phx_join', { serial_number: 'sn-1' }]);
      const question = { kind: 'admit', identifier: 'sn-1', deviceKind: 'nerves' };
      expect(asks).toEqual([{ do: 'ask', as: 'admit', question }]);
      expect(rig.json(['2', '2', 'console', 'phx_join', {}])).toEqual([]);
    },
  );
});

describe('while the registry is asked', () => {
  it('answers heartbeats at once and the rest in order, with the times it came at', () => {
    const rig = waiting();
    rig.json(JOIN, NOW);
    rig.json(['1', '2', 'device', 'fwup_progress', { value: 42 }], NOW + 1000);
    rig.json(['3', '3', 'console', 'phx_join', {}], NOW + 2000);
    const beat = rig.json([null, '4', 'phoenix', 'heartbeat', {}], NOW + 3000);
    expect(rig.seen(beat)).toEqual([{ recv: [null, '4', 'phoenix', 'phx_reply', ok()] }]);
    const effects = rig.admit(admitted);
    expect(rig.seen(effects)).toEqual([
      { recv: ['1', '1', 'device', 'phx_reply', ok()] },
      { recv: ['3', '3', 'console', 'phx_reply', ok()] },
    ]);
    const update = { kind: 'update', device, timeMs: NOW + 1000, status: 'updating', progress: 42 };
    expect(emitted(effects)).toContainEqual(update);
    expect(rig.admit(admitted)).toEqual([]);
  });

  it('ends the connection rather than hold more than its room', () => {
    const many = waiting();
    many.json(JOIN);
    for (let i = 1; i < MAX_HELD; i += 1) expect(many.json(['1', `${i}`, 'device', 'x', {}])).toEqual([]);
    const over = many.json(['1', '65', 'device', 'x', {}]);
    expect(many.seen(over)).toEqual([{ closed: 1013 }]);
    expect(counted(over)).toHaveLength(MAX_HELD + 1);

    const big = waiting();
    big.json(JOIN);
    const frame = JSON.stringify(['1', '2', 'device', 'x', 'a'.repeat(MAX_HELD_BYTES / 2)]);
    expect(big.text(frame)).toEqual([]);
    expect(big.seen(big.text(frame))).toEqual([{ closed: 1013 }]);
  });

  const codes = Object.values(RefusalCode);
  it.each(codes)(
    'tells every join of a refusal and closes, so that %s is not tried again at once',
    (code) => {
      const rig = waiting();
      rig.json(JOIN);
      rig.json(['1', '2', 'device', 'rebooting', {}]);
      rig.json(['3', '3', 'console', 'phx_join', {}]);
      const effects = rig.admit({ kind: 'refused', code, message: 'no' });
      const refusal = { status: 'error', response: { error: 'could not connect' } };
      expect(rig.seen(effects)).toEqual([
        { recv: ['1', '1', 'device', 'phx_reply', refusal] },
        { recv: ['3', '3', 'console', 'phx_reply', refusal] },
        { closed: code === 'unavailable' || code === 'exhausted' ? 1013 : 1008 },
      ]);
      expect(counted(effects)).toEqual(['refused before_admission']);
      expect(rig.json(JOIN)).toEqual([]);
    },
  );

  it('is unmoved by answers to other questions', () => {
    const rig = waiting();
    rig.json(JOIN);
    expect(rig.input({ on: 'answer', to: 'other', answer: admitted })).toEqual([]);
    expect(rig.admit({ kind: 'durable' })).toEqual([]);
    expect(rig.admit(admitted).length).toBeGreaterThan(0);
  });
});

describe('with a device', () => {
  it('goes away when the device came in on another connection, and only then', () => {
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    rig.json(JOIN);
    const other = { ...device, id: '2' };
    expect(rig.input({ on: 'command', command: { kind: 'superseded', device: other } })).toEqual([]);
    const effects = rig.input({ on: 'command', command: { kind: 'superseded', device } });
    expect(effects).toMatchObject([{ do: 'close', close: { code: 1001 }, reason: 'superseded' }]);
    expect(rig.json([null, '9', 'phoenix', 'heartbeat', {}])).toEqual([]);
  });

  it('keeps the connection on messages it does not know and counts them', () => {
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    rig.json(JOIN);
    expect(counted(rig.json(['1', '2', 'device', 'made_up', [1]]))).toEqual(['unrecognised device_event']);
    expect(counted(rig.json(['7', '3', 'device', 'rebooting', {}]))).toEqual(['ignored stale_join_ref']);
    expect(counted(rig.json(['1', '4', 'lobby', 'x', {}]))).toEqual(['unrecognised topic']);
    expect(rig.seen(rig.json([null, '5', 'phoenix', 'heartbeat', {}]))).toHaveLength(1);
  });

  it('speaks V1 to a client without vsn', () => {
    const rig = new Rig(nerveshub, helloFor(''));
    const join = rig.text('{"topic":"firmware:abc","event":"phx_join","payload":{},"ref":"1"}');
    expect(rig.seen(join)).toEqual([
      { recv: { topic: 'firmware:abc', event: 'phx_reply', ref: '1', payload: ok() } },
    ]);
    const question = { kind: 'admit', identifier: 'anonymous-456789abcdef', deviceKind: 'nerves' };
    expect(rig.effects).toContainEqual({ do: 'ask', as: 'admit', question });
    expect(emitted(join)).toMatchObject([
      { kind: 'facts', firmware: { uuid: 'abc' } },
      { kind: 'update', status: 'joined', joined: { uuid: 'abc', apiVersion: '', wantsFirmwareKeys: false } },
      { kind: 'log', name: 'joined' },
    ]);
  });

  it('carries the join ref in pushes also when it came as null', () => {
    const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
    const seen = rig.seen(rig.json([null, '5', 'device', 'phx_join', { device_api_version: '2.3.0' }]));
    expect(seen).toEqual([
      { recv: [null, '5', 'device', 'phx_reply', ok()] },
      { recv: ['5', null, 'device', 'extensions:get', {}] },
    ]);
    const asks = (joinRef: string | null) =>
      rig.seen(rig.json([joinRef, '6', 'device', 'location:update', { latitude: 1, longitude: 2 }]));
    const answer = [{ recv: ['5', '6', 'device', 'phx_reply', ok()] }];
    expect(asks(null)).toEqual(answer);
    expect(asks('5')).toEqual(answer);
  });
});
