// What is known of a person's console.
import type { ConsoleLink } from '../console-link.js';
import type { ConsoleKind, OpenedConsole } from '../console-session.js';
import type { Window } from './wire.js';

/** What the hello wants. */
export interface Wish {
  readonly device: string;
  readonly kind: ConsoleKind;
  readonly window: Window;
}

/** A console that the registry has noted as opened: its end is noted too, whatever comes. */
export interface Opened {
  readonly session: OpenedConsole;
  readonly openedMs: number;
  readonly link: ConsoleLink;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export type ConsoleState =
  | { readonly phase: 'opening'; readonly bearer: string | undefined }
  | { readonly phase: 'verifying'; readonly wish: Wish }
  | { readonly phase: 'asking'; readonly wish: Wish }
  /** The device's end is asked; what it shows meanwhile follows the `ready`. */
  | { readonly phase: 'joining'; readonly wish: Wish; readonly opened: Opened; readonly early: string }
  | { readonly phase: 'ready'; readonly opened: Opened; readonly typedMs: number }
  | { readonly phase: 'closed' };

export type Live = Extract<ConsoleState, { readonly opened: Opened }>;
