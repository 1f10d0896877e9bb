// A print from the request on the node's subject to a printer's paper and back, through a bridge that behaves as a real one.
import { type BergBridge, bergBridge } from '@mooring/devices';
import { eventually } from '@mooring/harness';
import type { bus } from '@mooring/proto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEdge, type TestEdge } from './_edge.js';

const key = '3WIhM48TFaHGsQPZPpTF+Q==';
const timings = { powerOnMs: 1, joinMs: 20, transferMs: 1, printMs: 1, retryMs: 1, heartbeatMs: 200 };
const image = {
  width: 384,
  height: 30,
  rows: Buffer.from(Array.from({ length: 48 * 30 }, (_, at) => at * 37)),
};

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge?.stop());

const plugged: BergBridge[] = [];
afterEach(async () => {
  for (const bridge of plugged.splice(0)) await bridge.close();
});
let plugs = 0;
/** A bridge and a printer that no other test has seen. */
function plugIn(options: object = {}) {
  plugs += 1;
  const identifier = `000d6f000000000${plugs}`;
  const printer = `000d6f00000000f${plugs}`;
  const bridge = bergBridge({ url: edge.url, identifier, printer, ...timings, ...options });
  plugged.push(bridge);
  return { bridge, identifier, printer };
}

type Action = NonNullable<bus.Command['action']>;
const print: Action = { $case: 'print', value: { image, face: false, onButton: false } };
/** Delivered as soon as the device is there under its newest epoch. */
function command(to: string, number: number, action: Action): Promise<bus.DeliveryReply> {
  const value = { number, traceparent: '', repeat: 0, action };
  return eventually(async () => {
    const reply = await edge.request(to, edge.registry.epoch(to), { $case: 'command', value });
    return reply.delivered ? reply : undefined;
  });
}
const answersTo = (number: number) =>
  edge.controls.flatMap(({ identifier: from, content }) =>
    content?.$case === 'answer' && content.value.number === number ? [{ from, ...content.value }] : [],
  );

describe('a printer', () => {
  it('prints what it is sent, dot by dot, and says so', async () => {
    const { bridge, printer } = plugIn({ hasKey: true });
    await bridge.seen.until(() => bridge.isJoined(), 'the printer');
    expect(await command(printer, 102, print)).toMatchObject({
      taken: { outcome: { $case: 'written', value: { repeatable: false, retries: 0 } } },
    });
    await bridge.seen.until(() => bridge.printed.length === 1, 'the paper');
    expect(bridge.printed).toEqual([
      { code: 0x0011, fileId: 102, pictures: [{ ...image, rows: Uint8Array.from(image.rows) }] },
    ]);
    await eventually(() => answersTo(102).length === 2);
    expect(answersTo(102)).toMatchObject([
      { from: printer, number: 102, outcome: 'acknowledged' },
      { from: printer, number: 102, outcome: 'succeeded', resultJson: '{"printed":true}' },
    ]);
    expect(bridge.seen.violations).toEqual([]);
  });

  it('is sent the largest and worst picture there is', async () => {
    const { bridge, printer } = plugIn({ hasKey: true });
    await bridge.seen.until(() => bridge.isJoined(), 'the printer');
    const checked = { width: 384, height: 10_000, rows: Buffer.alloc(480_000, 0x55) };
    const value = { image: checked, face: true, onButton: false };
    expect(await command(printer, 101, { $case: 'print', value })).toMatchObject({
      taken: { outcome: { $case: 'written', value: { answerWithinMs: 1_800_000 } } },
    });
    await bridge.seen.until(() => bridge.printed.length === 1, 'the paper', 20_000);
    const rows = bridge.printed[0]?.pictures[0]?.rows ?? new Uint8Array();
    expect(Buffer.from(checked.rows).equals(rows)).toBe(true);
    expect(bridge.seen.connects).toBe(1);
  });

  it('that is answered for on the next socket is answered for, from the same process', async () => {
    const { bridge, identifier, printer } = plugIn({ hasKey: true, outcome: () => ({ delayMs: 100 }) });
    await bridge.seen.until(() => bridge.isJoined(), 'the printer');
    await command(printer, 103, print);
    bridge.cut();
    await eventually(() => answersTo(103).some(({ outcome }) => outcome === 'succeeded'));
    expect(answersTo(103)).toMatchObject([
      { number: 103, outcome: 'acknowledged' },
      { from: printer, number: 103, outcome: 'succeeded' },
    ]);
    const arrivals = edge.controls.flatMap(({ identifier: from, content }) =>
      from === identifier && content?.$case === 'arrival' ? [content.value] : [],
    );
    expect(arrivals).toHaveLength(2);
    expect(arrivals[1]).toEqual(arrivals[0]);
    expect(bridge.printed).toHaveLength(1);
  });

  it('joins with the key that it asked for', async () => {
    const { bridge, identifier, printer } = plugIn();
    await eventually(() =>
      edge.controls.some(
        ({ identifier: from, content }) => from === identifier && content?.$case === 'keyRequest',
      ),
    );
    const paramsJson = JSON.stringify({ device_address: printer, encryption_key: key });
    const value = { name: 'add_device_encryption_key', paramsJson };
    expect(await command(identifier, 104, { $case: 'bridge', value })).toMatchObject({
      taken: { outcome: { $case: 'written', value: { answerWithinMs: 10_000, repeatable: true } } },
    });
    await bridge.seen.until(() => bridge.isJoined(), 'the printer');
    expect(bridge.keys.get(printer)).toBe(key);
    await eventually(() => answersTo(104).length === 1);
    expect(answersTo(104)).toMatchObject([{ from: identifier, number: 104, outcome: 'succeeded' }]);
  });
});
