// Has a stack do a little of everything: a device of each dialect that is told, asked, watched and updated.
import { startFleet } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import type { Api } from './_api.js';
import { Bridge } from './_bridge.js';
import { commandsOf } from './_commands.js';
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

/** Resolves when everything was done once; the fleet goes on. Throws when something did not come about. */
export async function drive(mooring: TestStack): Promise<DrivenStack> {
  const [first = '', second = first] = mooring.edges;
  const stop = new AbortController();
  await watchLive(mooring, stop.signal);
  const fleet = startFleet({ url: first, prefix: 'names', reportMs: 200, signal: stop.signal });
  const plug = await drivePlug(mooring, first);
  const bridge = await drivePrinter(mooring, first);
  const device = await camera(first, WATCHED, { resume: true });
  const person = await viewer(second, mooring.file.owner.token, { resume: true });
  const session = await watched(person, device, WATCHED);
  await mooring.api.call('DELETE', `/v1/watch-sessions/${session}`);
  await device.hears('watch_ended', session);
  await asked(person, 'names-unknown');
  await eventually(() => fleet.members.every(({ seen }) => seen.ready), { what: 'the fleet' });
  return {
    identifiers: [PLUG, PRINTER, BRIDGE, WATCHED, ...fleet.members.map(({ identifier }) => identifier)],
    end: async () => {
      for (const peer of [plug, bridge, device, person]) peer.end();
      stop.abort();
      await fleet.done;
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
  await made(api, '/v1/webhooks', { url: 'http://127.0.0.1:9/alarms' });
  const above = { device_id: id, metric: 'power_w', condition: 'above', threshold: 2_000, for_s: 0 };
  await made(api, '/v1/alarm-rules', { name: 'Too much', action: 'switch_off', ...above });
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
  await made(api, '/v1/claims', { code: CODE, name: 'Kitchen' });
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

async function made(api: Api, path: string, body: object): Promise<void> {
  const { status, body: answer } = await api.call('POST', path, body);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(answer)}`);
}
