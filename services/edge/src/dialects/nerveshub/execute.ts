// What a command for a Nerves device becomes: an event pushed on its device channel, or a frame as it stands.
import type { CommandAction } from '../dialect.js';
import { refuseCommand, unsupportedAction, writeRawText, writtenUnanswered } from '../taken.js';
import type { OpenChannels, Outgoing } from './channels.js';
import { parseTopic } from './topics.js';

/** Devices answer neither event; both carry an empty object and, as from the reference, no refs (nerveshub.md, 3.3). */
const NUDGES = new Set(['reboot', 'identify']);

/** `open` are the channels that the device has joined. */
export function execute(open: OpenChannels, action: CommandAction): readonly Outgoing[] {
  if (action.kind === 'raw') return writeRawText(action.frame);
  if (action.kind !== 'nudge' || !NUDGES.has(action.name)) {
    return [unsupportedAction(action.kind === 'nudge' ? action.name : action.kind)];
  }
  for (const topic of open.keys()) {
    if (parseTopic(topic)?.channel !== 'device') continue;
    const message = { kind: 'broadcast', topic, event: action.name, payload: {} } as const;
    // A device that identifies itself twice has done no harm; one that reboots twice has.
    return [{ do: 'say', message }, writtenUnanswered(action.name === 'identify')];
  }
  return [refuseCommand('not_joined', 'The device has not joined its channel')];
}
