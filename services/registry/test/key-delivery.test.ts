// The whole way of a key: from a bridge's request on the bus to the command that its edge is given.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { registry, uplink } from '@mooring/proto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyOf, newPrinter } from './_claims.js';
import { address, type Delivered, type Fleet, type Session, startFleet } from './_commands.js';

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

let sequence = 1_000;

/** A bridge passes on that a printer asks for its key. */
async function passesOn({ deviceId, deviceNumber, epoch }: Session, deviceAddress: string): Promise<void> {
  sequence += 1;
  const message = {
    header: { node: 'edge-1', boot: 'boot-1', sequence: BigInt(sequence), traceparents: [] },
    organizations: [],
    sources: [{ deviceNumber, deviceId, organization: 0, epoch, dialect: 'berg' }],
    records: [
      {
        ...{ source: 0, sequence, timeMs: Date.now() },
        content: { $case: 'keyRequest', value: { deviceAddress } } as const,
      },
    ],
  };
  await fleet.bus.persist(uplink.control, { node: 'edge-1' }, message, { id: randomUUID() });
}

function keyIn({ command }: Delivered) {
  if (command.action?.$case !== 'bridge') throw new Error('not a command for a bridge');
  const { name, paramsJson } = command.action.value;
  const { device_address, encryption_key } = JSON.parse(paramsJson);
  return { name, address: device_address, key: encryption_key };
}

it('leads from a request to the bridge that asked, at once when the printer is claimed', async () => {
  const printer = newPrinter();
  const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
  await fleet.enrol(bridge);
  const session = await fleet.connect(bridge);
  await passesOn(session, printer.address);
  await eventually(async () => (await fleet.query('SELECT 1 FROM key_request')).length === 1);
  expect(fleet.deliveriesOf(session)).toEqual([]);

  const { principal } = fleet.owner;
  const request = registry.CreateClaimRequest.fromPartial({ principal, code: printer.code });
  const { claim, device } = await fleet.claims.createClaim(request);
  expect(claim?.state).toBe('claimed');
  const delivered = await fleet.delivery(session);
  expect(keyIn(delivered)).toEqual(keyOf(printer));
  const [command] = await fleet.list(session.deviceId);
  expect(command).toMatchObject({ type: 'bridge', actor: 'claim' });
  expect(command?.paramsJson).not.toContain(printer.key);
  await fleet.answer(session, delivered.command.number, { outcome: 'succeeded' });
  await fleet.reaches(command?.id ?? '', 'succeeded');

  const gateway = session.deviceNumber;
  const joined = await fleet.admit.admitted({
    ...bridge,
    identifier: printer.address,
    gatewayNumber: gateway,
  });
  expect(joined.deviceId).toBe(device?.id);
});

it('leads to a claim that waits', async () => {
  const printer = newPrinter();
  const { principal } = fleet.owner;
  await fleet.claims.createClaim(registry.CreateClaimRequest.fromPartial({ principal, code: printer.code }));
  const bridge = { dialect: 'berg', identifier: address(), kind: 'bridge' };
  await fleet.enrol(bridge);
  const session = await fleet.connect(bridge);
  await passesOn(session, printer.address);
  expect(keyIn(await fleet.delivery(session))).toEqual(keyOf(printer));
});
