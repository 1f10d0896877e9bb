// Has a stack do a little of everything: a device of each dialect that is told, asked, watched and updated.
import { type NervesDevice, nervesDevice, startFleet } from '@mooring/devices';
import { eventually, FirmwareFile, FirmwareSigner } from '@mooring/harness';
import { Bridge } from './_bridge.js';
import { commandsOf } from './_commands.js';
import { trust, upload } from './_firmware.js';
import { Peer } from './_peer.js';
import type { TestStack } from './_stack.js';
import { asked, camera, viewer, watched } from './_watch.js';

/** What goes on until it is ended. */
export interface DrivenStack {
  /** What the devices call themselves. */
  readonly identifiers: readonly string[];
  end(): Promise<void>;
}

// berg.md 5.3: a printer, and the code that its reset printed.
const PRINTER = '000d6f000273ce0b';
const CODE = 'n5ry-p6x6-kth7-7hc4';
const BRIDGE = '000d6f0002ff7a91';
const PLUG = '39628657580299';
const WATCHED = 'names-watched';
const ORDERED = 'names-ordered';
const OFFERED = 'names-offered';

/** Resolves when everything was done once; the fleet goes on. Throws when something did not come about. */
export async function drive(mooring: TestStack): Promise<DrivenStack> {
  const [first = '', second = first] = mooring.edges;
  const stop = new AbortController();
  await watchLive(mooring, stop.signal);
  const fleet = startFleet({ url: first, prefix: 'names', reportMs: 200, signal: stop.signal });
  const plug = await drivePlug(mooring, first);
  const bridge = await drivePrinter(mooring, first);
  const units = await driveUpdates(mooring, second);
  const device = await camera(first, WATCHED, { resume: true });
  const person = await viewer(second, mooring.file.owner.token, { resume: true });
  const session = await watched(person, device, WATCHED);
  await mooring.api.call('DELETE', `/v1/watch-sessions/${session}`);
  await device.hears('watch_ended', session);
  await asked(person, 'names-unknown');
  await eventually(() => fleet.members.every(({ seen }) => seen.ready), { what: 'the fleet' });
  return {
    identifiers: [
      PLUG,
      PRINTER,
      BRIDGE,
      WATCHED,
      ORDERED,
      OFFERED,
      ...fleet.members.map(({ identifier }) => identifier),
    ],
    end: async () => {
      for (const peer of [plug, bridge, device, person]) peer.end();
      stop.abort();
      await Promise.all([fleet.done, ...units.map((unit) => unit.close())]);
    },
  };
}

/** Somebody looks at readings as they come, until the signal aborts. */
async function watchLive({ api, file }: TestStack, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${file.owner.token}`, accept: 'text/event-stream' };
  const { status } = await fetch(`${api.base}/v1/live`, { headers, signal });
  if (status !== 200) throw new Error(`GET /v1/live: ${status}`);
}

async function drivePlug({ api }: TestStack, edge: string): Promise<Peer> {
  const plug = await Peer.open(`${edge}/socket`);
  plug.send({ cmd: 'hello', deviceId: PLUG, v: 2 });
  const { id } = await eventually(async () => {
    const found = await api.device('kinetid', PLUG);
    return found?.presence.online ? found : undefined;
  });
  // Nobody listens there: an attempt is made, and another one later.
  await api.made('/v1/webhooks', { url: 'http://127.0.0.1:9/alarms' });
  const above = { device_id: id, metric: 'power_w', condition: 'above', threshold: 2_000, for_s: 0 };
  await api.made('/v1/alarm-rules', { name: 'Too much', action: 'switch_off', ...above });
  const commands = commandsOf(api);
  const order = await commands.make(id, { type: 'switch', on: true });
  const said = JSON.parse(await plug.message('"switch"'));
  plug.send({ cmd: 'ack', deviceId: PLUG, id: said.id, on: true });
  await commands.reaches(order.id, 'succeeded');
  plug.send({ cmd: 'report', deviceId: PLUG, consumptions: [{ interval: 60, consumption: 2_500 }] });
  await eventually(async () => (await api.latest(id)).length > 0, { what: 'a stored reading' });
  return plug;
}

async function drivePrinter({ api }: TestStack, edge: string): Promise<Bridge> {
  const bridge = await Bridge.connect(edge, BRIDGE, PRINTER);
  bridge.askForKey();
  await eventually(() => api.device('berg', BRIDGE));
  await api.made('/v1/claims', { code: CODE, name: 'Kitchen' });
  bridge.answerBridge(await bridge.nextKey());
  bridge.join();
  const { id } = await eventually(async () => {
    const found = await api.device('berg', PRINTER);
    return found?.presence.online ? found : undefined;
  });
  const commands = commandsOf(api);
  const order = await commands.make(id, { type: 'print', text: 'Good morning!', face: false });
  const command = await bridge.nextDeviceCommand();
  bridge.answer(command, 0);
  bridge.didPrint(command.command_id);
  await commands.reaches(order.id, 'succeeded');
  return bridge;
}

/** One device is updated because a person orders it, another because it belongs to a deployment group. */
async function driveUpdates(mooring: TestStack, url: string): Promise<readonly NervesDevice[]> {
  const { api } = mooring;
  const metadata = { product: 'names', platform: 'rpi4', architecture: 'arm' };
  const firmware = { ...metadata, uuid: '00000000-0000-5000-8000-000000000001', version: '1.0.0' };
  const auth = { key: `nhd_${'A'.repeat(43)}`, secret: 'unknown' };
  const boot = (identifier: string): NervesDevice =>
    nervesDevice({ url, identifier, auth, firmware, applyMs: 50, bootMs: 50 });
  const signer = new FirmwareSigner();
  await trust(mooring, signer);
  const file = new FirmwareFile({ signer, blocks: 1, metadata: { ...metadata, version: '1.1.0' } });
  const { uuid } = await upload(mooring, file);
  const runs = (identifier: string, wanted: string) =>
    eventually(
      async () => {
        const found = await api.device('nerveshub', identifier);
        return found?.presence.online && found.firmware?.['uuid'] === wanted ? found : undefined;
      },
      { what: `${identifier} with ${wanted}`, withinMs: 30_000 },
    );
  const ordered = boot(ORDERED);
  const { id } = await runs(ORDERED, firmware.uuid);
  const commands = commandsOf(api);
  const order = await commands.make(id, { type: 'update', firmware: uuid });
  await commands.reaches(order.id, 'succeeded');
  const group = await api.made<{ id: string }>('/v1/deployment-groups', {
    ...{ name: 'names', product: metadata.product, firmware_uuid: uuid, conditions: { version: '~> 1.0' } },
  });
  await api.call('PATCH', `/v1/deployment-groups/${group.id}`, { is_active: true });
  const offered = boot(OFFERED);
  await runs(OFFERED, uuid);
  return [ordered, offered];
}
