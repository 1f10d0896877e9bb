// The extensions channel: agrees on extensions, asks for their reports and takes them, and carries the shell.
import { type Channel, type ChannelAction, type Joined, joined, nothing, type Outcome } from './channel.js';
import { count, facts, log } from './device-events.js';
import { deviceLogLine } from './device-log.js';
import type { DeviceSession } from './device-session.js';
import { agreeOn, type Extension, isExtension } from './extension.js';
import { healthEffects } from './health-effects.js';
import { fieldsOf, member, textOf } from './json.js';
import { endShell, onLinger, onShellConsole, shellReport } from './local-shell.js';
import { locationEffects } from './location.js';
import type { Payload, Scalar } from './message.js';
import { networkIdentityEffects } from './network-identity.js';
import { onSignalled, onTerminalTimer } from './terminal-channel.js';
import { takeToken } from './token-bucket.js';

/** The reference asks for health on attaching and every hour from then on. */
export const HEALTH_TIMER = 'health_check';
const HEALTH_PERIOD_MS = 60 * 60 * 1000;
const MAX_REASON = 512;

const ASK_HEALTH: readonly ChannelAction[] = [
  { do: 'push', event: 'health:check', payload: {} },
  { do: 'arm', timer: HEALTH_TIMER, afterMs: HEALTH_PERIOD_MS },
];

export const extensionsChannel: Channel<DeviceSession> = {
  join,
  receive,
  tick,
  deliver: onShellConsole,
  signalled: (session, to, outcome, now) => onSignalled(session, 'shell', to, outcome, now),
  leave: (session, why, now) => endShell({ ...session, attached: [] }, why, now),
};

/** Answers the agreed names; the device then attaches those by itself. */
function join(session: DeviceSession, _topic: string, payload: Payload, now: number): Joined<DeviceSession> {
  const agreed = agreeOn(payload);
  const known = facts(session.device, now, { profile: { extensions: agreed } });
  // What was attached on a channel that this join replaces is attached no longer.
  const { context, actions } = endShell({ ...session, agreed, attached: [] }, 'left', now);
  return joined(context, agreed, [known, ...actions]);
}

/** Events are `<extension>:<event>`; one that was not agreed on is told to detach (nerveshub.md, 3.5). */
function receive(
  session: DeviceSession,
  event: Scalar,
  payload: Payload,
  now: number,
): Outcome<DeviceSession> {
  const [name = '', ...rest] = String(event).split(':');
  if (!isExtension(name) || !session.agreed.includes(name)) {
    const refusal: ChannelAction = { do: 'reply', status: 'error', response: 'detach' };
    return { context: session, actions: [refusal, count('refused', 'extension')] };
  }
  switch (rest.join(':')) {
    case 'attached':
      return attached(session, name, now);
    case 'detached':
      return detached(session, name, now);
    case 'error':
      return failed(session, name, payload, now);
    default:
      return report(session, String(event), payload, now);
  }
}

function attached(session: DeviceSession, name: Extension, now: number): Outcome<DeviceSession> {
  const others = session.attached.filter((each) => each !== name);
  const line = log(session.device, now, { name: 'extension_attached', message: name });
  return { context: { ...session, attached: [...others, name] }, actions: [line, ...asksFor(name)] };
}

/** What an extension is asked as soon as it is there; logging sends by itself, a shell waits for people. */
function asksFor(name: Extension): readonly ChannelAction[] {
  switch (name) {
    case 'health':
      return ASK_HEALTH;
    case 'geo':
      return [{ do: 'push', event: 'geo:location:request', payload: {} }];
    case 'network_identity':
      return [{ do: 'push', event: 'network_identity:request', payload: {} }];
    case 'local_shell':
    case 'logging':
      return [];
  }
}

function detached(session: DeviceSession, name: Extension, now: number): Outcome<DeviceSession> {
  const line = log(session.device, now, { name: 'extension_detached', message: name });
  return without(session, name, now, line);
}

function without(
  session: DeviceSession,
  name: Extension,
  now: number,
  line: ChannelAction,
): Outcome<DeviceSession> {
  const context = { ...session, attached: session.attached.filter((each) => each !== name) };
  if (name !== 'local_shell') return { context, actions: [line] };
  const ended = endShell(context, 'left', now);
  return { ...ended, actions: [line, ...ended.actions] };
}

function failed(
  session: DeviceSession,
  name: Extension,
  payload: Payload,
  now: number,
): Outcome<DeviceSession> {
  const reason = textOf(member(fieldsOf(payload), 'reason'), MAX_REASON) ?? 'no reason given';
  const line = log(session.device, now, {
    name: 'extension_failed',
    level: 'warning',
    message: `${name}: ${reason}`,
  });
  return { context: session, actions: [line] };
}

function report(
  session: DeviceSession,
  event: string,
  payload: Payload,
  now: number,
): Outcome<DeviceSession> {
  const fields = fieldsOf(payload);
  switch (event) {
    case 'health:report':
      return { context: session, actions: healthEffects(session.device, member(fields, 'value'), now) };
    case 'geo:location:update':
      return { context: session, actions: locationEffects(session.device, fields, now) };
    case 'network_identity:report':
      return { context: session, actions: networkIdentityEffects(session.device, fields, now) };
    case 'logging:send': {
      const line = deviceLogLine(fields);
      if (line === undefined) return { context: session, actions: [count('malformed', 'logging')] };
      const logging = takeToken(session.logging, now);
      if (logging === undefined) return { context: session, actions: [count('refused', 'logging_rate')] };
      return { context: { ...session, logging }, actions: [log(session.device, now, line)] };
    }
    default:
      return (
        shellReport(session, event, fields, now) ?? {
          ...nothing(session),
          actions: [count('unrecognised', 'extension_event')],
        }
      );
  }
}

function tick(session: DeviceSession, timer: string, now: number): Outcome<DeviceSession> {
  if (timer !== HEALTH_TIMER)
    return onLinger(session, timer) ?? onTerminalTimer(session, 'shell', timer, now);
  return { context: session, actions: session.attached.includes('health') ? ASK_HEALTH : [] };
}
