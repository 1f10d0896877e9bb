// A Little Printer from its claim code to paper, across edges, restarts of its bridge and deaths of processes.
import { eventually } from '@mooring/harness';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bridge } from './_bridge.js';
import { type CommandView, commandsOf } from './_commands.js';
import { printedBy } from './_print.js';
import { startTestStack, type TestStack } from './_stack.js';

// berg.md 5.3: a printer, the code that its reset printed, and the key that follows from it.
const PRINTER = '000d6f000273ce0b';
const CODE = 'n5ry-p6x6-kth7-7hc4';
const LINK_KEY = '3WIhM48TFaHGsQPZPpTF+Q==';
const BRIDGE = '000d6f0002ff7a91';

let mooring: TestStack;
let commands: ReturnType<typeof commandsOf>;
let bridge: Bridge;
beforeAll(async () => {
  mooring = await startTestStack();
  commands = commandsOf(mooring.api);
});
afterAll(async () => {
  bridge?.end();
  await mooring?.stop();
});

const edge = (index: number): string => mooring.edges[index] ?? '';
const printer = () =>
  eventually(async () => {
    const found = await mooring.api.device('berg', PRINTER);
    return found?.presence.online ? found : undefined;
  });

it('a printer that asks for its key gets it as soon as its code is claimed', async () => {
  bridge = await Bridge.connect(edge(0), BRIDGE, PRINTER);
  bridge.askForKey();
  await eventually(async () => (await mooring.api.device('berg', BRIDGE))?.presence.online);

  const slip = await mooring.api.call('POST', '/v1/claims', { code: CODE.replace('n5ry', 'n5rz') });
  expect(slip.status).toBe(400);
  const claim = await mooring.api.call('POST', '/v1/claims', { code: CODE.toUpperCase(), name: 'Kitchen' });
  expect(claim).toMatchObject({ status: 201, body: { id: expect.any(String) } });

  const key = await bridge.nextKey();
  expect(key.json_payload.params).toEqual({ device_address: PRINTER, encryption_key: LINK_KEY });
  bridge.answerBridge(key);
  bridge.join();
  expect(await printer()).toMatchObject({ name: 'Kitchen' });
  await eventually(async () => {
    const { items } = await mooring.api.get<{ items: { state: string }[] }>('/v1/claims');
    return items.some(({ state }) => state === 'claimed');
  });
});

it('prints exactly what the preview shows, and says when paper came out', async () => {
  const { id } = await printer();
  const body = { text: 'Good morning!\n\nSugar, flour and twenty-four eggs.', face: false };
  const preview = await fetch(`${mooring.api.base}/v1/devices/${id}/print-preview`, {
    method: 'POST',
    headers: { authorization: `Bearer ${mooring.file.owner.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  expect(preview.headers.get('content-type')).toBe('image/png');
  const shown = PNG.sync.read(Buffer.from(await preview.arrayBuffer()));

  const made = await commands.make(id, { type: 'print', ...body });
  const command = await bridge.nextDeviceCommand();
  const printed = printedBy(command.binary_payload);
  expect(printed).toMatchObject({ code: 0x0011, fileId: command.command_id, width: shown.width });
  expect(printed.height).toBe(shown.height);
  const dots = Uint8Array.from(printed.dots, (_, index) => ((shown.data[index * 4] ?? 255) < 128 ? 1 : 0));
  expect(Buffer.from(printed.dots).equals(Buffer.from(dots))).toBe(true);
  expect(printed.dots.some((dot) => dot === 1)).toBe(true);

  bridge.answer(command, 0);
  await commands.reaches(made.id, 'acknowledged');
  bridge.didPrint(command.command_id);
  const done = await commands.reaches(made.id, 'succeeded');
  expect(done.timeline.map(({ state }) => state)).toEqual(['queued', 'sent', 'acknowledged', 'succeeded']);
});

it('one command at a time goes to a bridge', async () => {
  const { id } = await printer();
  const before = bridge.deviceCommands.length;
  const first = await commands.make(id, { type: 'print', text: 'one' });
  const second = await commands.make(id, { type: 'print', text: 'two' });
  const command = await bridge.nextDeviceCommand(before);
  await commands.reaches(first.id, 'sent');
  expect((await commands.get(second.id)).state).toBe('queued');
  bridge.answer(command, 0);
  const next = await bridge.nextDeviceCommand(before + 1);
  bridge.answer(next, 0x80);
  expect(await commands.reaches(second.id, 'failed')).toMatchObject({ code: 'invalid_size' });
});

it('a command is completed by the answer that its bridge gives at the other edge', async () => {
  const { id } = await printer();
  const before = bridge.deviceCommands.length;
  const made = await commands.make(id, { type: 'print', text: 'moving' });
  const command = await bridge.nextDeviceCommand(before);
  await commands.reaches(made.id, 'sent');
  bridge.end();

  bridge = await Bridge.connect(edge(1), BRIDGE, PRINTER);
  bridge.answer(command, 0);
  await commands.reaches(made.id, 'acknowledged');
  bridge.join();
  await printer();
  expect(bridge.deviceCommands).toEqual([]);
});

it('a command is sent again, once, to a bridge that was restarted before it answered', async () => {
  const { id } = await printer();
  const made = await commands.make(id, { type: 'print', text: 'again' });
  const command = await bridge.nextDeviceCommand();
  await commands.reaches(made.id, 'sent');
  bridge.end();

  bridge = await Bridge.connect(edge(0), BRIDGE, PRINTER, '12.01 3.50');
  bridge.askForKey();
  bridge.answerBridge(await bridge.nextKey());
  bridge.join();
  const again = await bridge.nextDeviceCommand();
  expect(again.binary_payload.length).toBe(command.binary_payload.length);
  bridge.answer(again, 0);
  const done = await commands.reaches(made.id, 'acknowledged');
  // A try that finds the printer not yet known at its edge reaches no device and is in the timeline all the same.
  expect(done.timeline.filter(({ state }) => state === 'sent').length).toBeGreaterThanOrEqual(2);
  expect(bridge.deviceCommands).toHaveLength(1);
});

it('a command outlives the process that took it', async () => {
  const { id } = await printer();
  const before = bridge.deviceCommands.length;
  const made = await commands.make(id, { type: 'print', text: 'still here' });
  const first = mooring.pid('registry');
  process.kill(first, 'SIGKILL');
  const command = await bridge.nextDeviceCommand(before);
  // It may have gone out before the first one died.
  const second = await eventually(() => {
    const pid = mooring.pid('registry');
    return pid === first ? undefined : pid;
  });
  process.kill(second, 'SIGKILL');
  bridge.answer(command, 0);
  await commands.reaches(made.id, 'acknowledged');
  expect(bridge.deviceCommands).toHaveLength(before + 1);
});

it('a print waits for its printer, and may be called back until it goes out', async () => {
  bridge.end();
  const { id } = await eventually(async () => {
    const found = await mooring.api.device('berg', PRINTER);
    return found?.presence.online === false ? found : undefined;
  });
  const recalled = await commands.make(id, { type: 'print', text: 'never mind' });
  const waiting = await commands.make(id, { type: 'print', text: 'waiting' });
  expect((await mooring.api.call('DELETE', `/v1/commands/${recalled.id}`)).status).toBe(200);
  bridge = await Bridge.connect(edge(1), BRIDGE, PRINTER, '12.01 3.50');
  bridge.join();
  const command = await bridge.nextDeviceCommand();
  bridge.answer(command, 0);
  await commands.reaches(waiting.id, 'acknowledged');
  expect((await commands.get(recalled.id)).state).toBe('cancelled');
  expect((await mooring.api.call('DELETE', `/v1/commands/${waiting.id}`)).status).toBe(409);
});

it('whoever has a print key prints, until it is revoked', async () => {
  const { id } = await printer();
  const before = bridge.deviceCommands.length;
  const { status, body } = await mooring.api.call('POST', `/v1/devices/${id}/print-keys`, {
    name: 'Friends',
  });
  expect(status).toBe(201);
  const { id: key, url } = body as { id: string; url: string };
  const print = () =>
    fetch(`${url}?from=Ada`, {
      method: 'POST',
      body: 'Hello from a friend',
      signal: AbortSignal.timeout(20_000),
    });
  expect((await print()).status).toBe(202);
  bridge.answer(await bridge.nextDeviceCommand(before), 0);
  const { items } = await mooring.api.get<{ items: { uses: number; senders: string[] }[] }>(
    `/v1/devices/${id}/print-keys`,
  );
  expect(items).toMatchObject([{ uses: 1, senders: ['Ada'] }]);
  expect((await mooring.api.call('DELETE', `/v1/devices/${id}/print-keys/${key}`)).status).toBe(204);
  expect((await print()).status).toBe(404);
});

it('the same idempotency key makes one command', async () => {
  const { id } = await printer();
  const before = bridge.deviceCommands.length;
  const post = async (): Promise<CommandView> => {
    const response = await fetch(`${mooring.api.base}/v1/devices/${id}/commands`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${mooring.file.owner.token}`,
        'content-type': 'application/json',
        'idempotency-key': 'breakfast',
      },
      body: JSON.stringify({ type: 'print', text: 'once', header: false }),
      signal: AbortSignal.timeout(20_000),
    });
    expect(response.status).toBe(202);
    return (await response.json()) as CommandView;
  };
  const [first, second] = [await post(), await post()];
  expect(second.id).toBe(first.id);
  bridge.answer(await bridge.nextDeviceCommand(before), 0);
  await commands.reaches(first.id, 'acknowledged');
  expect(bridge.deviceCommands).toHaveLength(before + 1);
});
