// The console channel: a device may join it and talk; nobody listens, so what it says is counted and let go.
import { type Channel, type ChannelAction, joined } from './channel.js';
import { count, facts } from './device-events.js';
import { profileFacts } from './device-join.js';
import type { DeviceSession } from './device-session.js';
import { fieldsOf } from './json.js';

/** A console writes a line for each prompt, a file comes in pieces of 1 KiB: all expected, none kept. */
const EXPECTED = new Set(['up', 'file-data/start', 'file-data', 'file-data/stop']);

export const consoleChannel: Channel<DeviceSession> = {
  join(session, _topic, payload, now) {
    const profile = profileFacts(fieldsOf(payload));
    const actions: ChannelAction[] =
      Object.keys(profile).length > 0 ? [facts(session.device, now, { profile })] : [];
    return joined(session, {}, actions);
  },
  receive(session, event) {
    const isExpected = typeof event === 'string' && EXPECTED.has(event);
    const counted = isExpected ? count('ignored', 'console_output') : count('unrecognised', 'console_event');
    return { context: session, actions: [counted] };
  },
};
