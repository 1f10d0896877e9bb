// What devices and viewers say that outlives the frame, as dialects hand it to the uplink.
import type { AdmittedDevice, JsonObject } from './device.js';
import type { WatchProgress } from './watch.js';

/** What a device said that outlives the frame. Times are epoch milliseconds by the edge's clock unless said otherwise. */
export type DeviceEvent =
  | {
      readonly kind: 'reading';
      readonly device: AdmittedDevice;
      /** Metric name with its unit, e.g. `power_w`; `[a-z0-9_]{1,64}`. */
      readonly metric: string;
      /** End of the interval that the value covers. */
      readonly timeMs: number;
      readonly value: number;
      /** Seconds the value is the mean of; 0 for a momentary value. */
      readonly intervalS: number;
      /** The device's own identity of this report, where it gives one: a repeated one is stored once. */
      readonly report?: { readonly boot: string; readonly seq: number; readonly entry: number };
    }
  | {
      readonly kind: 'log';
      readonly device: AdmittedDevice;
      /** What happened, snake_case: `power_on`, `bridge_log`, `did_print`, … */
      readonly name: string;
      readonly level: 'debug' | 'info' | 'warning' | 'error' | 'critical';
      readonly message: string;
      readonly timeMs: number;
      readonly fields: JsonObject;
    }
  | {
      readonly kind: 'facts';
      readonly device: AdmittedDevice;
      readonly timeMs: number;
      /** Each member present is merged, top level key by top level key, into what the registry holds. */
      readonly profile?: JsonObject;
      readonly firmware?: JsonObject;
      readonly reported?: JsonObject;
    }
  | {
      readonly kind: 'update';
      readonly device: AdmittedDevice;
      readonly timeMs: number;
      /**
       * received, started, downloading, updating, completed, failed, ignored, rescheduled, idle or unknown of an update;
       * joined, validated or network of the device.
       */
      readonly status: string;
      /** 0..100 where given. */
      readonly progress?: number;
      readonly reason?: string;
      /** Seconds until the device wants to be asked again. */
      readonly delayS?: number;
      /** With the status `joined`: what the device runs, by its own word. */
      readonly joined?: JoinedFirmware;
      /** With the status `network`. */
      readonly network?: NetworkKind;
    }
  | {
      /** How far a watch session is; of the connection rather than of a device. */
      readonly kind: 'watch';
      readonly sessionId: string;
      readonly connectionId: string;
      readonly timeMs: number;
      readonly progress: WatchProgress;
    }
  | {
      /** Who did what, for the organization's audit log. */
      readonly kind: 'audit';
      readonly organizationId: string;
      readonly timeMs: number;
      /** A person or key, as the registry named it. */
      readonly actor: string;
      /** e.g. `console.closed`. */
      readonly action: string;
      /** What it was done to: an id. */
      readonly resource: string;
      readonly details: JsonObject;
    }
  | {
      /** What commands, claims and desired state depend on. */
      readonly kind: 'control';
      /** Who said it: for a printer's answer the printer where it is known here, else its bridge. */
      readonly device: AdmittedDevice;
      readonly timeMs: number;
      readonly content: ControlContent;
    };

/** How a device is connected. */
export type NetworkKind = 'wifi' | 'ethernet' | 'cellular' | 'unknown';

/** What a device says of its firmware when it joins; empty where it says nothing. */
export interface JoinedFirmware {
  readonly uuid: string;
  readonly product: string;
  readonly platform: string;
  readonly architecture: string;
  readonly version: string;
  /** Absent when it does not say. */
  readonly validated?: boolean;
  /** It fell back to the firmware before. */
  readonly reverted: boolean;
  readonly downloadingUuid: string;
  readonly apiVersion: string;
  readonly fwupVersion: string;
  readonly wantsFirmwareKeys: boolean;
  readonly wantsArchiveKeys: boolean;
}

export type ControlContent =
  | {
      /** A device's answer to a command, or evidence of what became of it. */
      readonly is: 'answer';
      /** The command's number, 1..2^32-1; it may have been written on another socket, at another node. */
      readonly number: number;
      readonly outcome: 'acknowledged' | 'succeeded' | 'failed';
      /** What went wrong, snake_case; only when failed. */
      readonly code?: string;
      /** never, once (at once, one time), later (with back-off), rejoin (when the device connects next); only when failed. */
      readonly retry?: 'never' | 'once' | 'later' | 'rejoin';
      readonly message?: string;
      /** What the device said, for the command's result. */
      readonly result?: JsonObject;
    }
  /** A printer behind the device, a bridge, asks for its link key. 16 lower-case hex digits. */
  | { readonly is: 'key_request'; readonly address: string }
  | {
      /** A hello: a bridge's power_on, a printer's did_power_on, a plug's hello. */
      readonly is: 'arrival';
      /** Differs between two starts of the device; absent when it does not say. */
      readonly instance?: string;
      /** Whether the message says that the device has just started, rather than just connected. */
      readonly started: boolean;
    };
