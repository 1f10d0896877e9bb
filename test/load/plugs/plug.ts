// One simulated plug on a raw socket: costs the load generator as little as Node allows.
import { connect, type Socket } from 'node:net';
import { messages, textFrame, upgradeRequest } from './frames.js';

// What servers send is not read: one buffer takes it for all sockets.
const SINK = Buffer.alloc(64 * 1024);
const CONNECT_LIMIT_MS = 20_000;
const HOST = '127.0.0.1';

/** Its identifier is a MAC address as a decimal number (kinetid.md 3.1). */
export class Plug {
  readonly #socket: Socket;
  readonly #report: Buffer;
  readonly #heartbeat: Buffer;

  private constructor(socket: Socket, deviceId: string) {
    this.#socket = socket;
    this.#report = textFrame(messages.report(deviceId, 1 + (Number(deviceId) % 100)));
    this.#heartbeat = textFrame(messages.heartbeat(deviceId));
  }

  /** Resolves when the server took the upgrade; the hello has been written then. `lost` is called if it ends on its own. */
  static connect(port: number, deviceId: string, lost: () => void): Promise<Plug> {
    return new Promise((resolve, reject) => {
      let upgraded = false;
      const socket = connect({
        host: HOST,
        port,
        noDelay: true,
        onread: {
          buffer: SINK,
          callback: (length) => {
            if (upgraded) return true;
            upgraded = true;
            const status = SINK.toString('latin1', 0, Math.min(length, 40)).split('\r\n')[0] ?? '';
            if (!status.includes(' 101 ')) {
              socket.destroy(new Error(`the server answered the upgrade with ${status}`));
              return false;
            }
            socket.setTimeout(0);
            socket.write(textFrame(messages.hello(deviceId)));
            resolve(new Plug(socket, deviceId));
            return true;
          },
        },
      });
      socket.setTimeout(CONNECT_LIMIT_MS, () =>
        socket.destroy(new Error('the server did not answer the upgrade')),
      );
      socket.once('connect', () => socket.write(upgradeRequest(`${HOST}:${port}`)));
      socket.once('error', reject);
      socket.once('close', () => (upgraded ? lost() : reject(new Error('the server closed the connection'))));
    });
  }

  report(): void {
    this.#socket.write(this.#report);
  }

  heartbeat(): void {
    this.#socket.write(this.#heartbeat);
  }

  /** Cut, not closed: thousands of ports in TIME_WAIT would be missing in the next round. */
  end(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.on('error', () => undefined);
    this.#socket.resetAndDestroy();
  }
}
