// The smallest service there can be, run as a process of its own by the tests beside it.
import { createServer } from 'node:http';
import { defineConfig, healthConfig, main, type Runnable, sleep, tracer } from '@mooring/runtime';
import { Type } from 'typebox';

const config = defineConfig('TOY', {
  ...healthConfig('TOY'),
  TOY_SECRET: Type.String({ secret: true, description: 'What nobody may read.' }),
  TOY_POSTGRES_URL: Type.Optional(Type.String({ description: 'Database, for those who migrate it.' })),
  TOY_FAILURE: Type.Optional(Type.String({ description: 'What goes wrong after the start: part, or bug.' })),
});

function traced(): Runnable {
  return {
    name: 'traced',
    async run({ signal, ready }) {
      const server = createServer((_, response) => {
        tracer('toy').startSpan('work').end();
        response.end('done');
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new TypeError('no port');
      await fetch(`http://127.0.0.1:${address.port}/work`).then((response) => response.text());
      ready();
      await sleep(2 ** 31, signal);
      server.close();
      server.closeAllConnections();
    },
  };
}

function failing(how: string | undefined): Runnable {
  return {
    name: 'failing',
    async run({ signal, ready }) {
      ready();
      if (how === 'part') throw new Error('the part is broken');
      if (how === 'bug') void Promise.reject(new Error('nobody handles this'));
      await sleep(2 ** 31, signal);
    },
  };
}

await main(
  'toy',
  config,
  ({ TOY_FAILURE }) => ({
    runnables: [traced(), failing(TOY_FAILURE)],
    checks: { always: () => undefined },
  }),
  // A folder without folders holds no migrations.
  { migrations: new URL('.', import.meta.url) },
);
