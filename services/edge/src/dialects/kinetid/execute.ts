// What a command for a plug becomes: the switch message, for the active plug and for those behind it, or a frame as it stands.

import type { AdmittedDevice, DeviceCommand, Effect } from '../dialect.js';
import { refuseCommand, unsupportedAction, writeRawText } from '../taken.js';
import type { KinetidState, Plug } from './state.js';
import { encodeSwitch } from './wire.js';

/** A command over the power line takes longer (kinetid.md 4). */
const ACTIVE_ANSWER_MS = 5_000;
const PASSIVE_ANSWER_MS = 15_000;
/** Three reports: until then one that fits is taken for the work of the switch. */
const EVIDENCE_MS = 180_000;

type Execute = Extract<DeviceCommand, { kind: 'execute' }>;

export function execute(state: KinetidState, command: Execute, now: number, out: Effect[]): void {
  const { device, number, action } = command;
  switch (action.kind) {
    case 'switch': {
      const plug = plugOf(state, device);
      if (plug === undefined) out.push(refuseCommand('not_joined', 'The plug is not on this connection'));
      else writeSwitch(state, plug, number, action.on, now, out);
      return;
    }
    case 'raw':
      out.push(...writeRawText(action.frame));
      return;
    default:
      out.push(unsupportedAction(action.kind));
  }
}

function plugOf(state: KinetidState, device: AdmittedDevice): Plug | undefined {
  const { active, passives } = state;
  const plug = active?.device?.id === device.id ? active : passives.members.get(device.identifier);
  return plug?.device?.id === device.id ? plug : undefined;
}

/** The state that is wanted is absolute, so writing it twice changes nothing. */
function writeSwitch(
  state: KinetidState,
  plug: Plug,
  number: number,
  on: boolean,
  now: number,
  out: Effect[],
): void {
  const answers = state.version >= 2;
  plug.expected = answers ? undefined : { number, on, untilMs: now + EVIDENCE_MS };
  out.push(
    { do: 'send', frame: encodeSwitch(plug.identifier, on, number) },
    {
      do: 'taken',
      taken: {
        outcome: 'written',
        answerWithinMs: answers && plug !== state.active ? PASSIVE_ANSWER_MS : ACTIVE_ANSWER_MS,
        repeatable: true,
        retries: answers ? 1 : 0,
      },
    },
  );
}
