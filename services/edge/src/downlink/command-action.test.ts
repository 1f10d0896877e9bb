// Actions from the bus come out as the dialects know them, or with what is wrong with them.
import type { bus } from '@mooring/proto';
import { describe, expect, it } from 'vitest';
import { commandAction } from './command-action.js';

type Action = NonNullable<bus.Command['action']>;
const command = (action: Action | undefined, number = 1): bus.Command => ({
  number,
  traceparent: '',
  repeat: 0,
  action,
});
const bitmap = (width: number, height: number, bytes: number): bus.Bitmap => ({
  width,
  height,
  rows: Buffer.alloc(bytes),
});
const image = bitmap(9, 2, 4);
const images = (count: number) => Array.from({ length: count }, () => image);
const bridge = (name: string, paramsJson: string): Action => ({
  $case: 'bridge',
  value: { name, paramsJson },
});

describe('an action', () => {
  it.each<[Action, object]>([
    [
      { $case: 'switch', value: { on: true } },
      { kind: 'switch', on: true },
    ],
    [
      { $case: 'print', value: { image, face: true, onButton: false } },
      { kind: 'print', image, face: true, onButton: false },
    ],
    [
      { $case: 'personality', value: { images: images(4) } },
      { kind: 'personality', images: images(4) },
    ],
    [
      { $case: 'personality', value: { images: images(5) } },
      { kind: 'personality', images: images(5) },
    ],
    [
      { $case: 'quip', value: { images: images(3) } },
      { kind: 'quip', images: images(3) },
    ],
    [bridge('restart', '{"a":[1]}'), { kind: 'bridge', name: 'restart', params: { a: [1] } }],
    [bridge('restart', ''), { kind: 'bridge', name: 'restart', params: {} }],
    [
      { $case: 'nudge', value: { name: 'reboot' } },
      { kind: 'nudge', name: 'reboot' },
    ],
    [
      { $case: 'script', value: { text: '1 + 1' } },
      { kind: 'script', text: '1 + 1' },
    ],
    [
      { $case: 'raw', value: { frame: { $case: 'text', value: 'x' } } },
      { kind: 'raw', frame: 'x' },
    ],
    [
      { $case: 'raw', value: { frame: { $case: 'binary', value: Buffer.of(1) } } },
      { kind: 'raw', frame: Buffer.of(1) },
    ],
  ])('%j is taken over', (action, expected) => {
    expect(commandAction(command(action))).toEqual(expected);
  });

  it.each<[string, Action | undefined]>([
    ['of a later version', undefined],
    ['print without an image', { $case: 'print', value: { face: true, onButton: false } }],
    ['print of no width', { $case: 'print', value: { image: bitmap(0, 2, 0), face: true, onButton: false } }],
    [
      'print of too few bytes',
      { $case: 'print', value: { image: bitmap(9, 2, 3), face: true, onButton: true } },
    ],
    [
      'print of too many bytes',
      { $case: 'print', value: { image: bitmap(8, 2, 3), face: true, onButton: true } },
    ],
    ['personality of three images', { $case: 'personality', value: { images: images(3) } }],
    ['personality of six images', { $case: 'personality', value: { images: images(6) } }],
    ['quip without an image', { $case: 'quip', value: { images: [] } }],
    ['quip with a bad image', { $case: 'quip', value: { images: [image, bitmap(9, 2, 2)] } }],
    ['bridge without a name', bridge('', '{}')],
    ['bridge with a list', bridge('restart', '[]')],
    ['bridge with null', bridge('restart', 'null')],
    ['bridge with broken JSON', bridge('restart', '{')],
    ['nudge without a name', { $case: 'nudge', value: { name: '' } }],
    ['nudge with a long name', { $case: 'nudge', value: { name: 'x'.repeat(65) } }],
    ['raw without a frame', { $case: 'raw', value: {} }],
  ])('%s is invalid', (_, action) => {
    expect(commandAction(command(action))).toMatchObject({ kind: 'invalid' });
  });

  it('without a number is invalid', () => {
    expect(commandAction(command({ $case: 'switch', value: { on: true } }, 0))).toMatchObject({
      kind: 'invalid',
    });
  });
});
