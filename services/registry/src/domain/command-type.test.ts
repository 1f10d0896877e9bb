// Which commands a device takes, and how long they may wait.
import { describe, expect, it } from 'vitest';
import type { NewCommand } from './command.js';
import { checkAction, MAX_PAYLOAD_BYTES } from './command-action.js';
import { checkExpiry, checkTimeout, checkType, isBridge, isKey, isRepeatable } from './command-type.js';
import { Problems } from './fields.js';

type Action = NewCommand['action'];

const dot = { width: 8, height: 2, rows: Buffer.from([1, 2]) };
const images = (count: number) => ({ images: Array.from({ length: count }, () => dot) });
const actions = {
  switch: { $case: 'switch', value: { on: true } },
  print: { $case: 'print', value: { image: dot, face: true, onButton: false } },
  set_personality: { $case: 'personality', value: images(4) },
  set_quip: { $case: 'quip', value: images(3) },
  bridge: { $case: 'bridge', value: { name: 'pjoin', paramsJson: '{}' } },
  reboot: { $case: 'nudge', value: { name: 'reboot' } },
  identify: { $case: 'nudge', value: { name: 'identify' } },
  update: { $case: 'update', value: { firmwareUuid: '236fe56b-8058-5b6c-ce94-8a8c30b71269' } },
  script: { $case: 'script', value: { text: '1 + 1' } },
  raw: { $case: 'raw', value: { frame: { $case: 'text', value: '{}' } } },
} as const satisfies Record<string, Action>;
type Type = keyof typeof actions;

const devices = {
  plug: { dialect: 'kinetid', kind: 'plug', parentId: undefined },
  bridge: { dialect: 'berg', kind: 'bridge', parentId: undefined },
  printer: { dialect: 'berg', kind: 'printer', parentId: 'b' },
  nerves: { dialect: 'nerveshub', kind: '', parentId: undefined },
  camera: { dialect: 'camera', kind: '', parentId: undefined },
};

function wrong(check: (problems: Problems) => void): string[] {
  const problems = new Problems();
  check(problems);
  try {
    problems.check();
    return [];
  } catch (error) {
    return (error as { details: { field: string; message: string }[] }).details.map(
      ({ field, message }) => `${field} ${message}`,
    );
  }
}

describe('a type', () => {
  it.each([
    ['plug', ['switch', 'raw']],
    ['bridge', ['bridge', 'raw']],
    ['printer', ['print', 'set_personality', 'set_quip', 'raw']],
    ['nerves', ['reboot', 'identify', 'update', 'script', 'raw']],
    ['camera', ['raw']],
  ] as const)('for a %s', (device, expected) => {
    const taken = (Object.keys(actions) as Type[]).filter(
      (type) => wrong((problems) => checkType(problems, type, actions[type], devices[device])).length === 0,
    );
    expect(taken).toEqual(expected);
  });

  it('must be known, and say what it does', () => {
    const check = (type: string, action?: Action) =>
      wrong((problems) => checkType(problems, type, action, devices.plug));
    expect(check('dance')[0]).toMatch(/^type must be one of switch, /);
    expect(check('toString')[0]).toMatch(/^type must be one of /);
    expect(check('firmware_update')[0]).toMatch(/operator.*raw/);
    expect(check('switch')).toEqual(['type does not say what the command does']);
    expect(check('switch', actions.raw)).toEqual(['type does not say what the command does']);
  });
});

describe('what it does', () => {
  const check = (action: Action, bytes = 100) => wrong((problems) => checkAction(problems, action, bytes));

  it('is fine for every type', () => {
    for (const action of Object.values(actions)) expect(check(action)).toEqual([]);
  });

  it.each([
    ['too large', actions.switch, MAX_PAYLOAD_BYTES + 1, 'command'],
    [
      'short of an image',
      { $case: 'print', value: { image: undefined, face: true, onButton: false } },
      1,
      'image',
    ],
    ['short of images', { $case: 'personality', value: images(3) }, 1, 'images'],
    ['rich in images', { $case: 'quip', value: images(4) }, 1, 'images'],
    ['short of bits', { $case: 'quip', value: { images: [dot, dot, { ...dot, width: 9 }] } }, 1, 'images'],
    ['without a size', { $case: 'quip', value: { images: [dot, dot, { ...dot, height: 0 }] } }, 1, 'images'],
    ['nameless', { $case: 'bridge', value: { name: '', paramsJson: '{}' } }, 1, 'name'],
    ['no object', { $case: 'bridge', value: { name: 'pjoin', paramsJson: '[]' } }, 1, 'params'],
    ['empty', { $case: 'raw', value: { frame: { $case: 'text', value: '' } } }, 1, 'frame'],
    ['nothing', { $case: 'raw', value: { frame: undefined } }, 1, 'frame'],
  ] as const)('is refused when %s', (_, action, bytes, field) => {
    expect(check(action, bytes).map((problem) => problem.split(' ')[0])).toEqual([field]);
  });

  it('may be given twice where that changes nothing', () => {
    const key: Action = { $case: 'bridge', value: { name: 'add_device_encryption_key', paramsJson: '{}' } };
    const withMessage: Action = { $case: 'personality', value: images(5) };
    const all = [...Object.values(actions), key, withMessage];
    expect(all.filter(isRepeatable)).toEqual([
      actions.switch,
      actions.set_personality,
      actions.set_quip,
      actions.update,
      key,
    ]);
    expect(all.filter(isKey)).toEqual([key]);
  });
});

it('waits a day, or ten minutes, or as long as is said', () => {
  const problems = new Problems();
  expect(checkExpiry(problems, 'print', undefined)).toBe(86_400);
  expect(checkExpiry(problems, 'switch', undefined)).toBe(600);
  expect(checkExpiry(problems, 'switch', 30 * 86_400)).toBe(30 * 86_400);
  problems.check();
  expect(wrong((said) => checkExpiry(said, 'print', 0))).toHaveLength(1);
  expect(wrong((said) => checkExpiry(said, 'print', 30 * 86_400 + 1))).toHaveLength(1);
  for (const timeoutS of [undefined, 1, 1_800])
    expect(wrong((said) => checkTimeout(said, 'print', timeoutS))).toEqual([]);
  for (const timeoutS of [0, 1_801])
    expect(wrong((said) => checkTimeout(said, 'print', timeoutS))).toHaveLength(1);
  expect(wrong((said) => checkTimeout(said, 'update', 86_400))).toEqual([]);
  expect(wrong((said) => checkTimeout(said, 'update', 86_401))).toHaveLength(1);
});

it('knows a bridge without a kind by its place', () => {
  const berg = (kind: string, parentId?: string) => isBridge({ dialect: 'berg', kind, parentId });
  expect([berg('bridge'), berg('bridge', 'x'), berg(''), berg('', 'x'), berg('printer')]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
