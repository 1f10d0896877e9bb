// Decides which commands a device takes, and how long they may wait for it.
import type { NewCommand } from './command.js';
import type { Device } from './device.js';
import type { Problems } from './fields.js';

type Action = NewCommand['action'];
type Target = Pick<Device, 'dialect' | 'kind' | 'parentId'>;

interface TypeRule {
  readonly action: Action['$case'];
  /** What it is for, as people are told. */
  readonly only: string;
  fits(device: Target): boolean;
}

const printers: Omit<TypeRule, 'action'> = { only: 'a printer', fits: isPrinter };
const nerves: Omit<TypeRule, 'action'> = {
  only: 'a nerveshub device',
  fits: ({ dialect }) => dialect === 'nerveshub',
};

const rules: Readonly<Record<string, TypeRule>> = {
  switch: { action: 'switch', only: 'a plug', fits: ({ dialect }) => dialect === 'kinetid' },
  print: { action: 'print', ...printers },
  set_personality: { action: 'personality', ...printers },
  set_quip: { action: 'quip', ...printers },
  bridge: { action: 'bridge', only: 'a bridge', fits: isBridge },
  reboot: { action: 'nudge', ...nerves },
  identify: { action: 'nudge', ...nerves },
  script: { action: 'script', ...nerves },
  update: { action: 'update', ...nerves },
  raw: { action: 'raw', only: 'any device', fits: () => true },
};

/** A BERG device that others speak through. One that was enrolled without a kind is what its place says. */
export function isBridge({ dialect, kind, parentId }: Target): boolean {
  return dialect === 'berg' && (kind === 'bridge' || (kind !== 'printer' && parentId === undefined));
}

function isPrinter(device: Target): boolean {
  return device.dialect === 'berg' && !isBridge(device);
}

/** Adds a problem with `type` unless the device takes commands of it and the action is one. */
export function checkType(
  problems: Problems,
  type: string,
  action: Action | undefined,
  device: Target,
): void {
  const rule = Object.hasOwn(rules, type) ? rules[type] : undefined;
  if (rule === undefined) {
    // A bad image may end a printer's life (berg.md 3.8), and nobody has seen a good one.
    const firmware = 'must not be firmware_update: only an operator can send one, as raw bytes';
    const known = `must be one of ${Object.keys(rules).join(', ')}`;
    problems.add('type', type === 'firmware_update' ? firmware : known);
  } else if (!rule.fits(device)) {
    problems.add('type', `is for ${rule.only}`);
  } else if (action?.$case !== rule.action) {
    problems.add('type', 'does not say what the command does');
  }
}

const SWITCH_EXPIRES_S = 600;
const EXPIRES_S = 86_400;
const LONGEST_EXPIRES_S = 30 * 86_400;
const LONGEST_TIMEOUT_S = 1_800;
/** An update downloads, is written and starts the device anew, over whatever line there is. */
const LONGEST_UPDATE_S = 86_400;

/** Seconds that a command may wait for its device; a switch that comes too late surprises people. */
export function checkExpiry(problems: Problems, type: string, expiresInS: number | undefined): number {
  const seconds = expiresInS ?? (type === 'switch' ? SWITCH_EXPIRES_S : EXPIRES_S);
  if (seconds < 1 || seconds > LONGEST_EXPIRES_S)
    problems.add('expires_in_s', `must be 1 to ${LONGEST_EXPIRES_S}`);
  return seconds;
}

export function checkTimeout(problems: Problems, type: string, timeoutS: number | undefined): void {
  const longest = type === 'update' ? LONGEST_UPDATE_S : LONGEST_TIMEOUT_S;
  if (timeoutS !== undefined && (timeoutS < 1 || timeoutS > longest))
    problems.add('timeout_s', `must be 1 to ${longest}`);
}

/** How long a switch that the platform itself makes may wait for its plug. */
export const switchExpiresMs = SWITCH_EXPIRES_S * 1_000;

/** Whether giving it to a device twice changes nothing, before its dialect has said so. */
export function isRepeatable(action: Action): boolean {
  switch (action.$case) {
    case 'switch':
    case 'quip':
    case 'update':
      // Ordered twice by one command, an update is one update.
      return true;
    case 'personality':
      // The fifth image is printed.
      return action.value.images.length <= 4;
    case 'bridge':
      return isKey(action) || action.value.name === 'set_cloud_log_level';
    case 'print':
    case 'nudge':
    case 'script':
    case 'raw':
      return false;
  }
}

/** A link key, for which a printer waits on the air (berg.md 4.4). */
export function isKey(action: Action): boolean {
  return action.$case === 'bridge' && action.value.name === 'add_device_encryption_key';
}
