// Hands a delivered command to the session that is meant, inside the command's own trace, and says what became of it.
import type { bus } from '@mooring/proto';
import { contextFromTraceparent, inSpan, type SpanOptions } from '@mooring/runtime';
import { SpanKind } from '@opentelemetry/api';
import type { DialectName, Taken } from '../dialects/dialect.js';
import type { LiveSession } from '../session/ports.js';
import { commandAction } from './command-action.js';

/** `outcome` is written, gone, unsupported, invalid or not_joined. */
export type CommandCounted = (dialect: DialectName, outcome: string) => void;

/** The reply to the delivery of `command`: delivered is false when its device or session is not here any more. */
export function execute(
  session: LiveSession,
  { deviceNumber, epoch }: bus.Delivery,
  command: bus.Command,
  counted: CommandCounted,
): bus.DeliveryReply {
  const { number, repeat } = command;
  const { dialect } = session;
  return inSpan('deliver command', spanOptions(command, dialect), (span) => {
    const action = commandAction(command);
    const taken =
      action.kind === 'invalid'
        ? refused(action.message)
        : session.execute(deviceNumber, epoch, { number, repeat, action });
    const outcome = outcomeOf(taken);
    span.setAttribute('mooring.outcome', outcome);
    counted(dialect, outcome);
    return taken === 'gone' ? { delivered: false } : { delivered: true, taken: encode(taken) };
  });
}

function spanOptions({ traceparent, number }: bus.Command, dialect: DialectName): SpanOptions {
  const attributes = { 'mooring.dialect': dialect, 'mooring.command': number };
  const parent = traceparent === '' ? {} : { parent: contextFromTraceparent(traceparent) };
  return { kind: SpanKind.SERVER, attributes, ...parent };
}

function refused(message: string): Taken {
  return { outcome: 'refused', code: 'invalid', message };
}

function outcomeOf(taken: Taken | 'gone'): string {
  if (taken === 'gone') return taken;
  return taken.outcome === 'written' ? taken.outcome : taken.code;
}

function encode(taken: Taken): bus.CommandTaken {
  if (taken.outcome === 'refused') {
    const { code, message } = taken;
    return { outcome: { $case: 'refused', value: { code, message } } };
  }
  const { answerWithinMs, repeatable, retries } = taken;
  return { outcome: { $case: 'written', value: { answerWithinMs, repeatable, retries } } };
}
