// What a bridge says of itself is kept as: facts and a log line at power-on, its own log, the answers to commands.

import type { AdmittedDevice, Effect, JsonObject } from '../dialect.js';
import { isEmpty, present } from '../json-object.js';
import { answerCommand } from './command-answer.js';
import { control, log, momentary } from './printer-record.js';
import { failureOf } from './response-code.js';
import type { BergMessage } from './wire.js';

type OfKind<K extends BergMessage['kind']> = Extract<BergMessage, { kind: K }>;

export function recordPowerOn(
  device: AdmittedDevice,
  message: OfKind<'power_on'>,
  now: number,
  out: Effect[],
): void {
  const fields = {
    uptime: message.uptimeText ?? message.uptimeS,
    firmware_version: message.firmwareVersion,
    network_status: message.networkInfo?.['network_status'],
    bridge_timestamp: message.clock,
  };
  log(device, { name: 'power_on', level: 'info', message: 'Bridge powered on', fields }, now, out);
  const profile = present({
    model: message.model,
    ncp_version: message.ncpVersion,
    mac_address: message.macAddress,
    local_ip_address: message.localIpAddress,
    network_info: message.networkInfo,
    uboot: message.uboot,
  });
  const firmware = present({ version: message.firmwareVersion, ncp_version: message.ncpVersion });
  const facts: { profile?: JsonObject; firmware?: JsonObject } = {};
  if (!isEmpty(profile)) facts.profile = profile;
  if (!isEmpty(firmware)) facts.firmware = firmware;
  if (!isEmpty(present(facts))) {
    out.push({ do: 'emit', event: { kind: 'facts', device, timeMs: now, ...facts } });
  }
  if (message.uptimeS !== undefined) momentary(device, 'uptime_s', message.uptimeS, now, out);
  control(device, { is: 'arrival', ...instanceOf(message), started: true }, now, out);
}

/** The uptime is read once per process of the bridge, which makes it the name of that (berg.md 4.1). */
function instanceOf({ uptimeText }: OfKind<'power_on'>): { readonly instance?: string } {
  // Replacement bridges say 0, or any number; one that is read anew each time would look like a restart.
  return uptimeText === undefined || uptimeText === '' || uptimeText === '0' ? {} : { instance: uptimeText };
}

export function recordBridgeLog(
  device: AdmittedDevice,
  message: OfKind<'bridge_log'>,
  now: number,
  out: Effect[],
): void {
  for (const { logger, level, message: text, created, process } of message.records) {
    log(device, { name: 'bridge_log', level, message: text, fields: { logger, process, created } }, now, out);
  }
  for (let i = 0; i < message.malformed; i++) {
    out.push({ do: 'count', outcome: 'malformed', what: 'log_record' });
  }
  if (message.dropped > 0) out.push({ do: 'count', outcome: 'ignored', what: 'log_records_over_limit' });
}

/** `device` is the printer where it is known, else the bridge; the address stays in the fields either way. */
export function recordResponse(
  device: AdmittedDevice,
  message: OfKind<'device_response' | 'bridge_response'>,
  now: number,
  out: Effect[],
): void {
  const { commandId, returnCode, clock } = message;
  const ofDevice = message.kind === 'device_response';
  const to = ofDevice ? 'device' : 'bridge';
  const failure = failureOf(to, returnCode);
  const result = failure?.name ?? 'success';
  log(
    device,
    {
      name: 'command_response',
      level: failure === undefined ? 'info' : 'warning',
      message: failure === undefined ? 'Command done' : `Command failed: ${result}`,
      fields: {
        to,
        command_id: commandId,
        return_code: returnCode,
        result,
        device_address: ofDevice ? message.printer : undefined,
        transfer_time_s: ofDevice ? message.transferTimeS : undefined,
        rssi_dbm: ofDevice ? message.rssiDbm : undefined,
        bridge_timestamp: clock,
      },
    },
    now,
    out,
  );
  answerCommand(device, message, now, out);
}
