// Ends and signals of consoles between the dialects' words and the bus's.
import type { bus } from '@mooring/proto';
import {
  type ConsoleContent,
  ConsoleEnding,
  ConsoleKind,
  type FileStep,
} from '../dialects/console-session.js';
import type { ConnectionEnd } from '../dialects/end.js';

/** An end as the bus names it; undefined where it was left out. */
export function consoleEndOf(end: bus.ConsoleEnd | undefined): ConnectionEnd | undefined {
  if (end === undefined) return undefined;
  const { node, connectionId, deviceNumber, epoch } = end;
  return { node, connectionId, deviceNumber, epoch };
}

type SignalContent = NonNullable<bus.ConsoleSignal['content']>;

export function encodeConsole(content: ConsoleContent): SignalContent {
  switch (content.is) {
    case 'open':
      return { $case: 'open', value: { kind: content.kind, person: content.person } };
    case 'closed':
      return { $case: 'closed', value: { reason: content.reason } };
    case 'data':
      return { $case: 'data', value: { data: content.data } };
    case 'window':
      return { $case: 'window', value: { rows: content.rows, columns: content.columns } };
    case 'restart':
      return { $case: 'restart', value: {} };
    case 'file':
      return { $case: 'file', value: fileMessage(content.file) };
  }
}

/** Undefined for one that no edge of this version says. */
export function decodeConsole(content: SignalContent | undefined): ConsoleContent | undefined {
  switch (content?.$case) {
    case 'open': {
      const { kind, person } = content.value;
      return isKind(kind) ? { is: 'open', kind, person } : undefined;
    }
    case 'closed': {
      const { reason } = content.value;
      return isEnding(reason) ? { is: 'closed', reason } : undefined;
    }
    case 'data':
      return { is: 'data', data: content.value.data };
    case 'window':
      return { is: 'window', ...content.value };
    case 'restart':
      return { is: 'restart' };
    case 'file': {
      const file = fileOf(content.value);
      return file && { is: 'file', file };
    }
    case undefined:
      return undefined;
  }
}

function fileMessage(file: FileStep): bus.ConsoleFile {
  const { step, name } = file;
  if (step !== 'chunk') return { step, name, chunk: 0, data: Buffer.alloc(0) };
  return { step, name, chunk: file.chunk, data: Buffer.from(file.data) };
}

function fileOf({ step, name, chunk, data }: bus.ConsoleFile): FileStep | undefined {
  if (step === 'start' || step === 'stop') return { step, name };
  return step === 'chunk' ? { step, name, chunk, data } : undefined;
}

const kinds: ReadonlySet<string> = new Set(Object.values(ConsoleKind));
const endings: ReadonlySet<string> = new Set(Object.values(ConsoleEnding));

function isKind(value: string): value is ConsoleKind {
  return kinds.has(value);
}

function isEnding(value: string): value is ConsoleEnding {
  return endings.has(value);
}
