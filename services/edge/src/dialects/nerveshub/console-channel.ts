// The console channel: a device's IEx prompt, its files, and the people who have it open (nerveshub.md 3.6).
import type { ConsoleContent, FileStep } from '../console-session.js';
import type { Delivered, JsonObject } from '../dialect.js';
import type { SignalOutcome } from '../end.js';
import { atLeast } from './api-version.js';
import { type Channel, type ChannelAction, joined, type Outcome } from './channel.js';
import { count, facts } from './device-events.js';
import { profileFacts } from './device-join.js';
import type { DeviceSession } from './device-session.js';
import { fieldsOf, member, numberOf, textOf } from './json.js';
import type { Payload, Scalar } from './message.js';
import { show, type TerminalStep, tellAll } from './terminal.js';
import { endTerminal, noted, onConsole, onSignalled, onTerminalTimer } from './terminal-channel.js';

/** Devices write 1 KiB at a time. */
const MAX_CHUNK_BYTES = 16 * 1024;
const MAX_FILE_NAME = 255;
/** The version of the console that knows files. */
const FILES_SINCE = [2, 0, 0] as const;

export const consoleChannel: Channel<DeviceSession> = {
  join(session, _topic, payload, now) {
    const fields = fieldsOf(payload);
    const profile = profileFacts(fields);
    const takesFiles = atLeast(member(fields, 'console_version'), FILES_SINCE);
    const actions: ChannelAction[] =
      Object.keys(profile).length > 0 ? [facts(session.device, now, { profile })] : [];
    return joined({ ...session, takesFiles }, {}, actions);
  },
  receive,
  deliver: (session: DeviceSession, input: Delivered, now: number) =>
    input.on === 'console' ? onConsole(session, 'iex', input, now, toDevice) : undefined,
  signalled: (session: DeviceSession, to: string, outcome: SignalOutcome, now: number) =>
    onSignalled(session, 'iex', to, outcome, now),
  tick: (session: DeviceSession, timer: string, now: number) => onTerminalTimer(session, 'iex', timer, now),
  leave: (session: DeviceSession, why: 'left' | 'gone', now: number) => endTerminal(session, 'iex', why, now),
};

function receive(
  session: DeviceSession,
  event: Scalar,
  payload: Payload,
  now: number,
): Outcome<DeviceSession> {
  const step = said(session, event, fieldsOf(payload));
  if (step === undefined) {
    const isKnown = typeof event === 'string' && KNOWN.has(event);
    const counted = isKnown ? count('malformed', 'console_output') : count('unrecognised', 'console_event');
    return { context: session, actions: [counted] };
  }
  return noted(session, 'iex', step, now);
}

const KNOWN: ReadonlySet<string> = new Set(['up', 'file-data/start', 'file-data', 'file-data/stop']);

/** Undefined for what cannot be passed on. */
function said(session: DeviceSession, event: Scalar, fields: JsonObject): TerminalStep | undefined {
  const { iex } = session.terminals;
  if (event === 'up') {
    const data = member(fields, 'data');
    return typeof data === 'string' ? show(iex, data) : undefined;
  }
  const file = fileOf(event, fields);
  return file && tellAll(iex, { is: 'file', file });
}

function fileOf(event: Scalar, fields: JsonObject): FileStep | undefined {
  const name = textOf(member(fields, 'filename'), MAX_FILE_NAME);
  if (name === undefined) return undefined;
  switch (event) {
    case 'file-data/start':
      return { step: 'start', name };
    case 'file-data/stop':
      return { step: 'stop', name };
    case 'file-data': {
      const base64 = member(fields, 'data');
      const chunk = numberOf(member(fields, 'chunk'));
      if (typeof base64 !== 'string' || chunk === undefined || !Number.isInteger(chunk) || chunk < 0)
        return undefined;
      const data = Buffer.from(base64, 'base64');
      return data.length <= MAX_CHUNK_BYTES ? { step: 'chunk', name, chunk, data } : undefined;
    }
    default:
      return undefined;
  }
}

/** Whatever comes first starts a prompt that sleeps. */
function toDevice(session: DeviceSession, content: ConsoleContent, person: string): readonly ChannelAction[] {
  switch (content.is) {
    case 'data':
      return [{ do: 'push', event: 'dn', payload: { data: content.data } }];
    case 'window': {
      const payload = { height: content.rows, width: content.columns };
      return [{ do: 'push', event: 'window_size', payload }];
    }
    case 'restart':
      return [{ do: 'push', event: 'restart', payload: {} }];
    case 'file':
      return session.takesFiles === true
        ? [fileAction(content.file, person)]
        : [count('ignored', 'file_of_old_console')];
    case 'open':
    case 'closed':
      return [];
  }
}

function fileAction(file: FileStep, person: string): ChannelAction {
  const { name: filename } = file;
  if (file.step !== 'chunk') {
    return { do: 'push', event: `file-data/${file.step}`, payload: { filename, uploaded_by: person } };
  }
  const data = Buffer.from(file.data).toString('base64');
  return { do: 'push', event: 'file-data', payload: { filename, chunk: file.chunk, data } };
}
