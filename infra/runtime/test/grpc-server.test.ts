// The life of a gRPC server as its clients see it.
import { credentials, Metadata, makeGenericClientConstructor, status } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault, grpcClient, grpcServer } from '../src/index.js';
import { run } from './_bus.js';
import { eventually } from './_eventually.js';
import { type Asked, Toy, ToyClient } from './_toy-grpc.js';

const toy = new Toy();

afterEach(() => toy.end());

describe('server', () => {
  it('is reached again soon after it was restarted', async () => {
    const first = await toy.serve({});
    const client = toy.connect(first.port);
    await client.ask({ text: 'before' });
    await first.stop();
    await expect(client.ask({ text: 'during' })).rejects.toMatchObject({ code: 'unavailable' });
    await toy.serve({}, first.port);
    await eventually('it answers', () => client.ask({ text: 'after' }));
  });

  it('finishes the calls it has when it stops', async () => {
    let release: () => void = () => undefined;
    let arrived = false;
    const { port, stop } = await toy.serve({
      ask: async ({ text }) => {
        arrived = true;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return { text };
      },
    });
    const asking = toy.connect(port).ask({ text: 'kept' });
    await eventually('the call arrives', () => arrived);
    const stopped = stop();
    release();
    await expect(asking).resolves.toEqual({ text: 'kept' });
    await stopped;
  });

  it('shares calls with another of the same service, and loses none when that stops', async () => {
    const served = [0, 0];
    const counting = (which: number): { ask: Asked } => ({
      ask: async ({ text }) => {
        served[which] = (served[which] ?? 0) + 1;
        return { text };
      },
    });
    const one = await toy.serve(counting(0));
    const two = await toy.serve(counting(1));
    const client = toy.connect(one.port, two.port);
    await eventually('both are used', async () => {
      await client.ask({ text: '' });
      return served.every((calls) => calls > 0);
    });
    const stopped = two.stop();
    await Promise.all(Array.from({ length: 50 }, () => client.ask({ text: '' })));
    await stopped;
    await Promise.all(Array.from({ length: 50 }, () => client.ask({ text: '' })));
  });

  it('says that it is healthy, by name', async () => {
    const { port } = await toy.serve({});
    const Health = makeGenericClientConstructor(healthService, 'grpc.health.v1.Health');
    const health = grpcClient(Health as never, `127.0.0.1:${port}`) as unknown as {
      Check(request: { service: string }): Promise<{ status: string }>;
      close(): void;
    };
    expect(await health.Check({ service: '' })).toMatchObject({ status: 'SERVING' });
    expect(await health.Check({ service: 'mooring.toy.v1.Toy' })).toMatchObject({ status: 'SERVING' });
    await expect(health.Check({ service: 'unknown' })).rejects.toMatchObject({ code: 'not_found' });
    health.close();
  });

  it('fails to run when its port is taken', async () => {
    const { port } = await toy.serve({});
    const second = run(grpcServer({ host: '127.0.0.1', port, services: [] }));
    await expect(second.ready).rejects.toThrow(/EADDRINUSE|No address added/);
  });

  it('answers a peer that knows nothing of faults with plain statuses', async () => {
    const { port } = await toy.serve({
      ask: async () => {
        throw new Fault('not_found', 'no such thing');
      },
    });
    const plain = new ToyClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const error = await new Promise((resolve) => plain.ask({ text: '' }, new Metadata(), resolve));
    plain.close();
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing' });
  });
});
