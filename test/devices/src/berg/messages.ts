// What the bridge writes about itself: envelope, power_on and its log (berg.md, 3.1; the values are the seed's).
import type { JsonObject } from '../json.js';

/** The bridge's clock has no battery: it starts in September 2012, as in the seed. */
const CLOCK_OFFSET_S = Math.floor(Date.now() / 1_000) - 1_346_500_898;

export function envelope(bridgeAddress: string, message: JsonObject): JsonObject {
  return { bridge_address: bridgeAddress, timestamp: bridgeSeconds(Date.now()), ...message };
}

export function bridgeEvent(name: string, fields: JsonObject): JsonObject {
  return { type: 'BridgeEvent', json_payload: { name, ...fields } };
}

/** `boots` counts starts of the bridge's process: its uptime text is collected once per process. */
export function powerOn(bridgeAddress: string, boots: number): JsonObject {
  return bridgeEvent('power_on', {
    model: 'B',
    firmware_version: 'v2.3.1-f3c7946',
    ncp_version: '0x46C5',
    local_ip_address: '192.168.2.117',
    mac_address: '40:d8:55:19:77:2e',
    uptime: `${(88.52 + boots).toFixed(2)} 68.99`,
    uboot_environment: Buffer.from(ENVIRONMENT).toString('base64'),
    network_info: {
      network_status: 'EMBER_JOINED_NETWORK',
      power: 8,
      node_eui64: `0x${bridgeAddress}`,
      pan_id: '0xDCC9',
      node_type: 'EMBER_COORDINATOR',
      node_id: '0x0000',
      security_level: 5,
      extended_pan_id: '0x42455247b439420c',
      security_profile: 'Custom',
      channel: 25,
      radio_power_mode: 'EMBER_TX_POWER_MODE_BOOST',
    },
  });
}

const ENVIRONMENT = [
  'autoload=no',
  'baudrate=115200',
  'board_manufacture_info=BRIDGEAA13472255',
  'bootdelay=1',
  'ethact=macb0',
  'ethaddr=40:D8:55:19:77:2E',
  'ipaddr=10.10.0.152',
  'stderr=serial',
  'stdin=serial',
  'stdout=serial',
  '',
].join('\n');

/** One record for each connect that failed since the last socket; the bridge keeps at most 50. */
export function bridgeLog(failedAt: readonly number[]): JsonObject {
  const records = failedAt.slice(-50).map((epochMs) => ({
    name: 'cloud.socket',
    created: bridgeSeconds(epochMs),
    process: 465,
    levelno: 40,
    processName: 'MainProcess',
    message: 'Socket connection refused',
    levelname: 'ERROR',
  }));
  return { type: 'BridgeLog', records };
}

function bridgeSeconds(epochMs: number): number {
  return epochMs / 1_000 - CLOCK_OFFSET_S;
}
