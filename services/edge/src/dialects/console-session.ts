// The vocabulary of consoles: sessions between a person's terminal and a device's console or shell, and what passes between.
import type { ConnectionEnd } from './end.js';
import type { Person } from './watch.js';

/** A device's IEx prompt, or the shell of its operating system. */
export const ConsoleKind = { iex: 'iex', shell: 'shell' } as const;
export type ConsoleKind = (typeof ConsoleKind)[keyof typeof ConsoleKind];

/** Why a console ended. */
export const ConsoleEnding = {
  personLeft: 'person_left',
  deviceGone: 'device_gone',
  /** The device's console or shell itself ended. */
  ended: 'ended',
  notJoined: 'not_joined',
  /** As many people as may are there already. */
  full: 'full',
} as const;
export type ConsoleEnding = (typeof ConsoleEnding)[keyof typeof ConsoleEnding];

/** One piece of a file, either way: its start, at most 16 KiB of it, its end. */
export type FileStep =
  | { readonly step: 'start' | 'stop'; readonly name: string }
  | { readonly step: 'chunk'; readonly name: string; readonly chunk: number; readonly data: Uint8Array };

/** What one end of a console tells the other. */
export type ConsoleContent =
  /** Says that a person is there; said again, that the person still is. */
  | { readonly is: 'open'; readonly kind: ConsoleKind; readonly person: string }
  | { readonly is: 'closed'; readonly reason: ConsoleEnding }
  /** Keys typed, or what the terminal is to show; at most 64 KiB of UTF-8. */
  | { readonly is: 'data'; readonly data: string }
  | { readonly is: 'window'; readonly rows: number; readonly columns: number }
  | { readonly is: 'restart' }
  | { readonly is: 'file'; readonly file: FileStep };

/** Answered as `signalled` under `as`. What is sent to one end arrives in the order of these effects. */
export interface ConsoleEffect {
  readonly do: 'signal';
  readonly as: string;
  readonly to: ConnectionEnd;
  readonly sessionId: string;
  readonly content: ConsoleContent;
}

/** What comes from the other end of a console. */
export interface ConsoleInput {
  readonly on: 'console';
  readonly sessionId: string;
  readonly from: ConnectionEnd;
  readonly content: ConsoleContent;
}

/** Whether a person may have the console of a device, and where the device is. */
export interface ConsoleQuestion {
  readonly kind: 'open_console';
  readonly person: Person;
  /** The device's public id or its own identifier. */
  readonly device: string;
  readonly console: ConsoleKind;
}

/** A refusal says `not_found`, `forbidden`, `conflict` for a device that is offline, or `unavailable`. */
export interface ConsoleAnswer {
  readonly kind: 'console';
  readonly session: OpenedConsole;
}

/** A console that the registry has noted as opened. */
export interface OpenedConsole {
  readonly sessionId: string;
  readonly kind: ConsoleKind;
  readonly deviceId: string;
  readonly organizationId: string;
  /** The person or key, as the audit log has it. */
  readonly actor: string;
  readonly device: ConnectionEnd;
}
