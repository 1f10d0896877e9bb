// What a command for a Nerves device becomes: an event on its device channel, or a frame as it stands.
import { refuseCommand, unsupportedAction, writeRawText, writtenUnanswered } from '../taken.js';
import { understands } from './api-version.js';
import type { ChannelAction, ChannelTable, NumberedAction } from './channel.js';
import { type Outgoing, onFirst, type Standing } from './channels.js';
import type { DeviceSession } from './device-session.js';
import { refOfNumber, SCRIPT_WITHIN_MS } from './script.js';

/** Devices answer neither event; both carry an empty object and, as from the reference, no refs (nerveshub.md, 3.3). */
const NUDGES = new Set(['reboot', 'identify']);

export function execute<C>(
  table: ChannelTable<C>,
  standing: Standing<C>,
  { number, action }: NumberedAction,
): readonly Outgoing[] {
  if (action.kind === 'raw') return writeRawText(action.frame);
  if (action.kind !== 'script' && !(action.kind === 'nudge' && NUDGES.has(action.name))) {
    return [unsupportedAction(action.kind === 'nudge' ? action.name : action.kind)];
  }
  const executed = onFirst(table, standing, ({ execute }, context) => {
    const actions = execute?.(context, { number, action });
    return actions && { context, actions };
  });
  return executed?.outgoing ?? [refuseCommand('not_joined', 'The device has not joined its channel')];
}

/** What the device channel makes of one. */
export function commandActions(
  { apiVersion }: DeviceSession,
  { number, action }: NumberedAction,
): readonly ChannelAction[] | undefined {
  if (action.kind === 'nudge') {
    // A device that identifies itself twice has done no harm; one that reboots twice has.
    const repeatable = action.name === 'identify';
    return [{ do: 'broadcast', event: action.name, payload: {} }, writtenUnanswered(repeatable)];
  }
  if (action.kind !== 'script') return undefined;
  if (!understands(apiVersion, 'scripts/run')) {
    return [refuseCommand('unsupported', 'The device takes scripts from version 2.1.0 of its API on')];
  }
  const payload = { text: action.text, ref: refOfNumber(number) };
  const taken = {
    outcome: 'written',
    answerWithinMs: SCRIPT_WITHIN_MS,
    repeatable: false,
    retries: 0,
  } as const;
  return [
    { do: 'push', event: 'scripts/run', payload },
    { do: 'taken', taken },
  ];
}
