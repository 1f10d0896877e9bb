// Scripts as commands: how they are written, and what a device's answer makes of the command.
import { describe, expect, it } from 'vitest';
import { takenOf } from '../_drive.js';
import type { JsonObject } from '../dialect.js';
import { counted, device, emitted, helloFor, NOW, Rig, vectorsOf } from './_rig.js';
import { nerveshub } from './nerveshub.js';

/** The number whose ref is in the recorded frames: q83vEg. */
const NUMBER = 0xabcdef12;
const frames = vectorsOf<
  { direction: string; frame: [string, string | null, string, string, JsonObject] },
  unknown
>('sample_frame').filter(({ input }) => input.frame[3] === 'scripts/run');
const frameOf = (direction: string) => frames.find(({ input }) => input.direction === direction)?.input.frame;

function joined(version = '2.3.0') {
  const rig = new Rig(nerveshub, helloFor('vsn=2.0.0'));
  rig.json(['1', '1', 'device', 'phx_join', { device_api_version: version }]);
  const execute = (text: string, number = NUMBER) =>
    rig.input({
      on: 'command',
      command: { kind: 'execute', device, number, action: { kind: 'script', text } },
    });
  const answer = (body: JsonObject) => rig.json(['1', '2', 'device', 'scripts/run', body]);
  return { rig, execute, answer };
}
const contentOf = (body: JsonObject) => {
  const [event] = emitted(joined().answer({ ref: 'q83vEg', ...body }));
  return event?.kind === 'control' ? event.content : undefined;
};

describe('a script', () => {
  it('is written as recorded, once, and may take 30 s', () => {
    const { rig, execute } = joined();
    const recorded = frameOf('s2c');
    const effects = execute(String(recorded?.[4]['text']));
    expect(rig.seen(effects)).toEqual([{ recv: recorded }]);
    expect(takenOf(effects)).toEqual([
      { outcome: 'written', answerWithinMs: 30_000, repeatable: false, retries: 0 },
    ]);
  });

  it.each(['1.0.0', '2.0.9', ''])('is refused to a device of version %j', (version) => {
    const { rig, execute } = joined(version);
    const effects = execute('1');
    expect(rig.seen(effects)).toEqual([]);
    expect(takenOf(effects)).toMatchObject([{ outcome: 'refused', code: 'unsupported' }]);
  });
});

describe('its answer', () => {
  it('as recorded succeeds, with what was printed and returned', () => {
    const { rig, answer } = joined();
    const effects = answer(frameOf('c2s')?.[4] ?? {});
    expect(rig.seen(effects)).toEqual([]);
    expect(emitted(effects)).toEqual([
      {
        ...{ kind: 'control', device, timeMs: NOW },
        content: {
          ...{ is: 'answer', number: NUMBER, outcome: 'succeeded' },
          result: { output: 'hi\n', return: '2' },
        },
      },
    ]);
  });

  it('that raised has succeeded, and names what was raised', () => {
    const output = 'one\n** (RuntimeError) boom\n    nofile:1: (file)\n';
    expect(contentOf({ result: 'completed', return: 'nil', output })).toMatchObject({
      outcome: 'succeeded',
      result: { return: 'nil', exception: '** (RuntimeError) boom' },
    });
  });

  it('of an error has failed, for the reason given', () => {
    expect(contentOf({ result: 'error', reason: 'timeout', output: '' })).toEqual({
      ...{ is: 'answer', number: NUMBER, outcome: 'failed', code: 'script_failed', retry: 'never' },
      ...{ message: 'timeout', result: { output: '', reason: 'timeout' } },
    });
  });

  it('of an old client, which says no result, has succeeded', () => {
    expect(contentOf({ output: 'x', return: ':ok' })).toMatchObject({ outcome: 'succeeded' });
  });

  it('is cut between characters, and fits a record whatever it holds', () => {
    for (const text of ['é'.repeat(100_000), '"'.repeat(100_000), '\u0001'.repeat(100_000)]) {
      const content = contentOf({ result: 'completed', output: text, return: text });
      const result = content?.is === 'answer' ? content.result : undefined;
      expect(result).toMatchObject({ truncated: true });
      expect(String(result?.['output'])).not.toContain(text.startsWith('\u0001') ? '\u0001' : '\ufffd');
      expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(120 * 1024);
    }
  });

  it.each(['connecting_code', 'AAAAAA', 'q83vEg==', 'q83v'])('to %s is of no command', (ref) => {
    const [event] = emitted(joined().answer({ ref, result: 'completed', output: 'x' }));
    expect(event).toMatchObject({ kind: 'log', name: 'script_result', message: ref });
  });

  it('without a ref is counted', () => {
    expect(counted(joined().answer({ output: 'x' }))).toEqual(['malformed script_result']);
  });
});
