// What an admitted printer's event is kept as: readings for measurements, facts for its firmware, a log line for the rest.

import type { AdmittedDevice, ControlContent, Effect, Json } from '../dialect.js';
import { present } from '../json-object.js';
import type { Level } from './bridge-log.js';
import type { BergMessage } from './wire.js';

type DeviceEventMessage = Extract<BergMessage, { kind: 'device_event' }>;

export function recordPrinterEvent(
  device: AdmittedDevice,
  message: DeviceEventMessage,
  now: number,
  out: Effect[],
): void {
  const { event, rssiDbm, clock } = message;
  if (rssiDbm !== undefined) momentary(device, 'rssi_dbm', rssiDbm, now, out);
  if (event.name === 'heartbeat') {
    momentary(device, 'uptime_s', event.uptimeS, now, out);
    return;
  }
  const line = lineOf(event);
  log(device, { ...line, fields: { ...line.fields, bridge_timestamp: clock } }, now, out);
  if (event.name === 'did_print') reportPrinted(device, event, now, out);
  if (event.name !== 'did_power_on') return;
  const { firmware, loader, protocolVersion, deviceType } = event;
  out.push({
    do: 'emit',
    event: {
      kind: 'facts',
      device,
      timeMs: now,
      firmware: { version: firmware, loader_version: loader, protocol_version: protocolVersion },
      profile: { device_type: deviceType },
    },
  });
  control(device, { is: 'arrival', started: true }, now, out);
}

/** Paper came out for a command; a quip or a press of the button without anything to print has none. */
function reportPrinted(
  device: AdmittedDevice,
  { typeName, printId }: Extract<DeviceEventMessage['event'], { name: 'did_print' }>,
  now: number,
  out: Effect[],
): void {
  if (typeName !== 'delivery' || printId === 0) return;
  const result = { printed: true };
  control(device, { is: 'answer', number: printId, outcome: 'succeeded', result }, now, out);
}

export interface Line {
  readonly name: string;
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, Json | undefined>>;
}

export function log(device: AdmittedDevice, line: Line, now: number, out: Effect[]): void {
  const fields = present(line.fields);
  out.push({ do: 'emit', event: { kind: 'log', device, ...line, timeMs: now, fields } });
}

/** What commands and claims depend on. */
export function control(
  device: AdmittedDevice,
  content: ControlContent,
  timeMs: number,
  out: Effect[],
): void {
  out.push({ do: 'emit', event: { kind: 'control', device, timeMs, content } });
}

export function momentary(
  device: AdmittedDevice,
  metric: string,
  value: number,
  now: number,
  out: Effect[],
): void {
  out.push({ do: 'emit', event: { kind: 'reading', device, metric, timeMs: now, value, intervalS: 0 } });
}

function lineOf(event: Exclude<DeviceEventMessage['event'], { name: 'heartbeat' }>): Line {
  const info = { name: event.name, level: 'info' } as const;
  switch (event.name) {
    case 'did_power_on':
      return powerOnLine(event);
    case 'did_print': {
      const fields = {
        print_id: event.printId,
        print_type: event.printType,
        print_type_name: event.typeName,
      };
      return { ...info, message: `Printed ${event.typeName}`, fields };
    }
    case 'command_response':
      return { ...info, message: 'Radio response', fields: { return_code: event.result } };
    case 'product_announce': {
      const fields = { product_id: event.productId, product_version: event.productVersion };
      return { ...info, message: 'Product announced', fields };
    }
    case 'event_raw':
    case 'event_packed':
      return { ...info, message: 'Event', fields: { event_id: event.eventId, data_hex: event.dataHex } };
    case 'event_named_packed':
      return { ...info, message: 'Event', fields: { event_name: event.eventName, data_hex: event.dataHex } };
    case 'unknown': {
      const fields = { event_code: event.code, payload_length: event.length, data_hex: event.dataHex };
      return { name: 'unknown_event', level: 'info', message: 'Event of an unknown kind', fields };
    }
  }
}

/** Watchdog, crash, flash failure, fatal error and access fault: the printer did not restart of its own will. */
const FAULTS: ReadonlySet<number> = new Set([0x05, 0x07, 0x08, 0x09, 0x0a]);

function powerOnLine(event: Extract<DeviceEventMessage['event'], { name: 'did_power_on' }>): Line {
  return {
    name: 'power_on',
    level: FAULTS.has(event.reset >> 8) ? 'warning' : 'info',
    message: 'Printer powered on',
    fields: {
      firmware_version: event.firmware,
      loader_version: event.loader,
      reset_description: event.reset,
      reset_text: event.resetText,
      reset_detail: event.reset & 0xff,
    },
  };
}
