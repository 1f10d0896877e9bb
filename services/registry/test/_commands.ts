// Devices at edges for tests of commands: let in, given commands, answering them.
import { randomUUID } from 'node:crypto';
import { eventually } from '@mooring/harness';
import { edge, type bus as messages, registry, uplink } from '@mooring/proto';
import { enrol, newAccount, type Replica, startRegistry, type TestRegistry } from './_registry.js';

/** What an edge does with a delivery; `silent` answers nothing at all. */
export type Reply = messages.DeliveryReply | 'silent';

/** A command as it was delivered. */
export interface Delivered {
  readonly node: string;
  readonly connectionId: string;
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly command: messages.Command;
}

/** A device that was let in. */
export interface Session {
  readonly deviceId: string;
  readonly deviceNumber: bigint;
  readonly epoch: bigint;
  readonly connectionId: string;
}

export function written(fields: Partial<messages.CommandWritten> = {}): messages.DeliveryReply {
  const value = { answerWithinMs: 60_000, repeatable: false, retries: 0, ...fields };
  return { delivered: true, taken: { outcome: { $case: 'written', value } } };
}

export function refused(code: string, message = 'no'): messages.DeliveryReply {
  return { delivered: true, taken: { outcome: { $case: 'refused', value: { code, message } } } };
}

export const gone: messages.DeliveryReply = { delivered: false };

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

/** A registry, its owner, and edges that take commands. */
export async function startFleet(settings: Record<string, string> = {}) {
  const running = await startRegistry(settings);
  const owner = await newAccount(running.client);
  const edges = await fakeEdges(running);
  const { principal } = owner;
  let sequence = 0;

  const batch = async (session: Session, content: messages.ControlRecord['content'], node = 'edge-1') => {
    sequence += 1;
    const { deviceNumber, deviceId, epoch } = session;
    const header = { node, boot: 'boot-1', sequence: BigInt(sequence), traceparents: [] };
    const message = {
      header,
      organizations: [],
      sources: [{ deviceNumber, deviceId, organization: 0, epoch, dialect: '' }],
      records: [{ source: 0, sequence, timeMs: Date.now(), content }],
    };
    await running.bus.persist(uplink.control, { node }, message, { id: `${node}-${sequence}` });
    return message;
  };

  return {
    ...running,
    ...edges,
    owner,

    enrol: (fields: Partial<registry.CreateDeviceRequest>) => enrol(running.client, principal, fields),

    /** Lets a device in, as an edge does. */
    async connect(
      device: { readonly dialect: string; readonly identifier: string },
      where: { readonly node?: string; readonly connectionId?: string; readonly gateway?: Session } = {},
    ): Promise<Session> {
      const { node = 'edge-1', connectionId = randomUUID(), gateway } = where;
      const { dialect, identifier } = device;
      const gatewayNumber = gateway?.deviceNumber;
      const ask = { dialect, identifier, node, connectionId, policy: 'enrolled', gatewayNumber };
      return { ...(await running.admit.admitted(ask)), connectionId };
    },

    async disconnect({ deviceNumber, epoch }: Session, reason = 'closed'): Promise<void> {
      const disconnections = [{ deviceNumber, epoch, reason, atMs: Date.now() }];
      await running.client.reportDisconnected({ disconnections });
    },

    /** Asks for a command. */
    async command(
      deviceId: string,
      fields: Partial<registry.CreateCommandRequest> & { readonly type: string },
    ): Promise<registry.Command> {
      const request = registry.CreateCommandRequest.fromPartial({ principal, deviceId, ...fields });
      const { command } = await running.commands.createCommand(request);
      if (command === undefined) throw new Error('no command');
      return command;
    },

    get: (id: string) => commandOf(running, principal, id),

    /** The command once it has come to that state. */
    reaches: (id: string, state: string, withinMs = 10_000): Promise<registry.Command> =>
      eventually(
        async () => {
          const command = await commandOf(running, principal, id);
          return command.state === state ? command : undefined;
        },
        { what: `command ${id} ${state}`, withinMs },
      ),

    list: async (deviceId: string) =>
      (await running.commands.listCommands({ principal, deviceId, state: '', limit: 0, cursor: '' })).items,

    /** A device answers a command by its number. */
    answer: (
      session: Session,
      number: number,
      answer: Partial<messages.CommandAnswer> & { readonly outcome: string },
      node?: string,
    ) => {
      const value = { number, code: '', retry: '', message: '', resultJson: '', ...answer };
      return batch(session, { $case: 'answer', value }, node);
    },

    /** A device says hello. */
    hello: (session: Session, instance: string, started = false) =>
      batch(session, { $case: 'arrival', value: { instance, started } }),

    /** Publishes a batch once more, as if its acknowledgement had been lost. */
    again: (message: messages.ControlBatch) =>
      running.bus.persist(uplink.control, { node: 'edge-1' }, message, { id: randomUUID() }),

    /** Resolves when everything that was published so far has been acted on. */
    async caughtUp(): Promise<void> {
      const { session, id, number } = await bystander(running, owner);
      const value = { number, outcome: 'succeeded', code: '', retry: '', message: '', resultJson: '' };
      await batch(session, { $case: 'answer', value });
      const request = { principal, id };
      await eventually(
        async () => (await running.commands.getCommand(request)).command?.state === 'succeeded',
      );
    },
  };
}

/** A command of a device of its own that waits for nothing but its answer. */
async function bystander(
  { client, query }: Pick<TestRegistry, 'client' | 'query'>,
  { principal }: { readonly principal: registry.Principal },
): Promise<{ readonly session: Session; readonly id: string; readonly number: number }> {
  const { id: deviceId, number: deviceNumber } = await enrol(client, principal);
  const [command] = await query<{ id: string; number: string }>(
    `INSERT INTO command (id, device_id, organization_id, type, sealed_payload, state, step, told, actor, expires_at,
       sent_at)
     SELECT gen_random_uuid(), id, organization_id, 'raw', '', 'unconfirmed', 1, 1, '', now(), now()
     FROM device WHERE id = $1::uuid RETURNING id, number`,
    [deviceId],
  );
  if (command === undefined) throw new Error('no command');
  const session = { deviceId, deviceNumber, epoch: 0n, connectionId: '' };
  return { session, id: command.id, number: Number(command.number) };
}

async function commandOf(
  { commands }: Pick<Replica, 'commands'>,
  principal: registry.Principal,
  id: string,
): Promise<registry.Command> {
  const { command } = await commands.getCommand({ principal, id });
  if (command === undefined) throw new Error('no command');
  return command;
}

/** Both edges answer with whatever the test says; each delivery is kept. */
async function fakeEdges({ bus }: Pick<TestRegistry, 'bus'>) {
  const deliveries: Delivered[] = [];
  let reply: (delivered: Delivered) => Reply = () => written();
  for (const node of ['edge-1', 'edge-2']) {
    bus.respond(edge.deliver, { node }, (delivery) => {
      const { content, connectionId, deviceNumber, epoch } = delivery;
      if (content?.$case !== 'command') return { delivered: true };
      const delivered = { node, connectionId, deviceNumber, epoch, command: content.value };
      deliveries.push(delivered);
      const said = reply(delivered);
      return said === 'silent' ? new Promise<never>(() => undefined) : said;
    });
  }
  await bus.flush();
  return {
    deliveries,
    /** From now on edges answer so. */
    replyWith: (next: Reply | ((delivered: Delivered) => Reply)): void => {
      reply = typeof next === 'function' ? next : () => next;
    },
    /** The n-th delivery for a device, the first one being 0. */
    delivery: (session: Pick<Session, 'deviceNumber'>, index = 0, withinMs = 10_000): Promise<Delivered> =>
      eventually(
        () => deliveries.filter(({ deviceNumber }) => deviceNumber === session.deviceNumber)[index],
        { what: `delivery ${index} of device ${session.deviceNumber}`, withinMs },
      ),
    deliveriesOf: ({ deviceNumber }: Pick<Session, 'deviceNumber'>) =>
      deliveries.filter((each) => each.deviceNumber === deviceNumber),
  };
}

/** What each type of command does, as the API would render it. */
export const doing = {
  switch: (on: boolean): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: 'switch',
    paramsJson: JSON.stringify({ on }),
    command: { number: 0, traceparent: '', repeat: 0, action: { $case: 'switch', value: { on } } },
  }),
  print: (): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: 'print',
    command: {
      ...{ number: 0, traceparent: '', repeat: 0 },
      action: { $case: 'print', value: { image: dot, face: true, onButton: false } },
    },
  }),
  personality: (images = 4): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: 'set_personality',
    command: {
      ...{ number: 0, traceparent: '', repeat: 0 },
      action: { $case: 'personality', value: { images: Array.from({ length: images }, () => dot) } },
    },
  }),
  bridge: (name: string, params: object = {}): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: 'bridge',
    paramsJson: JSON.stringify({ name, params }),
    command: {
      ...{ number: 0, traceparent: '', repeat: 0 },
      action: { $case: 'bridge', value: { name, paramsJson: JSON.stringify(params) } },
    },
  }),
  nudge: (name: string): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: name,
    command: { number: 0, traceparent: '', repeat: 0, action: { $case: 'nudge', value: { name } } },
  }),
  raw: (text: string): Partial<registry.CreateCommandRequest> & { type: string } => ({
    type: 'raw',
    command: {
      ...{ number: 0, traceparent: '', repeat: 0 },
      action: { $case: 'raw', value: { frame: { $case: 'text', value: text } } },
    },
  }),
};

const dot: messages.Bitmap = { width: 8, height: 1, rows: Buffer.from([0x80]) };

/** Eight hexadecimal bytes that no other test has. */
export function address(): string {
  return randomUUID().replaceAll('-', '').slice(0, 16);
}
