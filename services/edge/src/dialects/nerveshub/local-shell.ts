// The shell of a device's operating system, an extension: started for the first person, ended when nobody came back.
import type { ConsoleContent } from '../console-session.js';
import type { Delivered, Effect, JsonObject } from '../dialect.js';
import type { ChannelAction, Outcome } from './channel.js';
import { count, log } from './device-events.js';
import type { DeviceSession } from './device-session.js';
import { member, numberOf, textOf } from './json.js';
import { nothingShown } from './scrollback.js';
import { dismiss, show } from './terminal.js';
import { endTerminal, noted, onConsole } from './terminal-channel.js';

/** How long a shell that nobody looks at goes on, for whoever comes back. */
const LINGER_MS = 5 * 60 * 1000;
const LINGER = 'shell_lingers';
const MAX_REASON = 512;
/** SIGTERM, which is also the device's own choice. */
const SIGNAL = 15;

const REQUEST: ChannelAction = { do: 'push', event: 'local_shell:request_shell', payload: {} };
const KILL: ChannelAction = { do: 'push', event: 'local_shell:kill_shell', payload: { signal: SIGNAL } };

/** Only while the device has it switched on. A shell that runs already is not started again by the request. */
export function onShellConsole(
  session: DeviceSession,
  input: Delivered,
  now: number,
): Outcome<DeviceSession> | undefined {
  if (input.on !== 'console' || !session.attached.includes('local_shell')) return undefined;
  const had = session.terminals.shell.seats.size;
  const outcome = onConsole(session, 'shell', input, now, toDevice);
  if (outcome === undefined) return undefined;
  const has = outcome.context.terminals.shell.seats.size;
  if (has > had) {
    const start: ChannelAction[] = [REQUEST, { do: 'disarm', timer: LINGER }];
    return { ...outcome, actions: [...outcome.actions, ...start] };
  }
  return has === 0 && had > 0 ? { ...outcome, actions: [...outcome.actions, linger] } : outcome;
}

const linger: Effect = { do: 'arm', timer: LINGER, afterMs: LINGER_MS };

/** Ends a shell to which nobody came back; undefined for another timer. */
export function onLinger(session: DeviceSession, timer: string): Outcome<DeviceSession> | undefined {
  if (timer !== LINGER) return undefined;
  if (session.terminals.shell.seats.size > 0 || !session.attached.includes('local_shell')) {
    return { context: session, actions: [] };
  }
  return { context: withoutScrollback(session), actions: [KILL] };
}

/** What the shell says; undefined for an event that it does not have. */
export function shellReport(
  session: DeviceSession,
  event: string,
  fields: JsonObject,
  now: number,
): Outcome<DeviceSession> | undefined {
  switch (event) {
    case 'local_shell:shell_output': {
      const data = member(fields, 'data');
      if (typeof data !== 'string')
        return { context: session, actions: [count('malformed', 'shell_output')] };
      return noted(session, 'shell', show(session.terminals.shell, data), now);
    }
    case 'local_shell:shell_exited': {
      const code = numberOf(member(fields, 'exit_code')) ?? null;
      return over(session, now, {
        name: 'shell_exited',
        message: `${code ?? ''}`,
        fields: { exit_code: code },
      });
    }
    case 'local_shell:request_status': {
      if (member(fields, 'status') !== 'failed') return { context: session, actions: [] };
      const reason = textOf(member(fields, 'reason'), MAX_REASON) ?? 'no reason given';
      const told = noted(session, 'shell', show(session.terminals.shell, `${reason}\r\n`), now);
      const ended = over(told.context, now, { name: 'shell_failed', level: 'warning', message: reason });
      return { context: ended.context, actions: [...told.actions, ...ended.actions] };
    }
    default:
      return undefined;
  }
}

/** The extension is off, its channel left or its connection gone. */
export function endShell(session: DeviceSession, why: 'left' | 'gone', now: number): Outcome<DeviceSession> {
  const ended = endTerminal(session, 'shell', why, now);
  return { ...ended, context: withoutScrollback(ended.context) };
}

function over(session: DeviceSession, now: number, line: Parameters<typeof log>[2]): Outcome<DeviceSession> {
  const ended = noted(session, 'shell', dismiss(session.terminals.shell, 'ended'), now);
  const actions = [log(session.device, now, line), ...ended.actions];
  return { context: withoutScrollback(ended.context), actions };
}

/** The next shell is another one: what this one showed is not its. */
function withoutScrollback(session: DeviceSession): DeviceSession {
  const shell = { ...session.terminals.shell, scrollback: nothingShown };
  return { ...session, terminals: { ...session.terminals, shell } };
}

function toDevice(_session: DeviceSession, content: ConsoleContent): readonly ChannelAction[] {
  switch (content.is) {
    case 'data':
      return [{ do: 'push', event: 'local_shell:shell_input', payload: { data: content.data } }];
    case 'window': {
      const payload = { rows: content.rows, cols: content.columns };
      return [{ do: 'push', event: 'local_shell:window_size', payload }];
    }
    case 'restart':
      return [KILL, REQUEST];
    case 'file':
      return [count('ignored', 'file_for_shell')];
    case 'open':
    case 'closed':
      return [];
  }
}
