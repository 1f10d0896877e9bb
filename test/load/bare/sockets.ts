// Holds sockets with uWebSockets.js and as little of its own per socket as a server can that knows who is there.
import uWS from 'uWebSockets.js';
import { listen } from './listen.js';

interface Plug {
  deviceId: string;
}

const { port }: { readonly port: number } = JSON.parse(process.argv[2] ?? '{}');
const utf8 = new TextDecoder();

const app = uWS.App().ws<Plug>('/socket', {
  idleTimeout: 16,
  upgrade: (response, request, context) =>
    response.upgrade({ deviceId: '' }, request.getHeader('sec-websocket-key'), '', '', context),
  message: (socket, data) => {
    const { cmd, deviceId } = JSON.parse(utf8.decode(data)) as { cmd?: unknown; deviceId?: unknown };
    if (cmd === 'hello' && typeof deviceId === 'string') socket.getUserData().deviceId = deviceId;
  },
});
listen(app, port);
process.once('disconnect', () => process.kill(process.pid));
