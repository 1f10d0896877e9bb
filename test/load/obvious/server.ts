// The server that most people would write first: ws, JSON.parse, zod, one publish per message.
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import type { PairOptions } from '../contestants/pair.js';

const Message = z.discriminatedUnion('cmd', [
  z.object({ cmd: z.literal('hello'), deviceId: z.string() }),
  z.object({ cmd: z.literal('hb'), deviceId: z.string() }),
  z.object({
    cmd: z.literal('report'),
    deviceId: z.string(),
    consumptions: z.array(z.object({ interval: z.number().positive(), consumption: z.number().min(0) })),
  }),
]);

const { port, natsUrl }: PairOptions = JSON.parse(process.argv[2] ?? '{}');
const bus = jetstream(await connect({ servers: natsUrl }));
const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/socket' });

server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const parsed = Message.safeParse(JSON.parse(String(data)));
    if (!parsed.success) return socket.close(1008);
    if (parsed.data.cmd !== 'report') return;
    const { deviceId, consumptions } = parsed.data;
    for (const { consumption } of consumptions) {
      const reading = { device: deviceId, time: new Date(), metric: 'power_w', value: consumption };
      bus
        .publish(`reading.${deviceId}`, JSON.stringify(reading), { timeout: 30_000 })
        .catch((error: unknown) => {
          process.stderr.write(`obvious: a reading was not published: ${error}\n`);
        });
    }
  });
  // Cut connections are what the end of a round looks like.
  socket.on('error', () => socket.terminate());
});
server.once('listening', () => process.send?.('ready'));
process.once('disconnect', () => process.kill(process.pid));
