// Holds sockets with ws, the library that most Node servers use.
import { WebSocketServer } from 'ws';

const { port }: { readonly port: number } = JSON.parse(process.argv[2] ?? '{}');
const server = new WebSocketServer({ host: '127.0.0.1', port, path: '/socket' });
const devices = new Map<object, string>();

server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { cmd, deviceId } = JSON.parse(String(data)) as { cmd?: unknown; deviceId?: unknown };
    if (cmd === 'hello' && typeof deviceId === 'string') devices.set(socket, deviceId);
  });
  socket.on('close', () => devices.delete(socket));
  // Cut connections are what the end of a round looks like.
  socket.on('error', () => socket.terminate());
});
server.once('listening', () => process.send?.('ready'));
process.once('disconnect', () => process.kill(process.pid));
