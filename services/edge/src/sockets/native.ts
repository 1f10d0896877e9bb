// The one import of uWebSockets.js, refused when only its slow JavaScript stand-in is there.

import uWS, { type TemplatedApp, type us_listen_socket } from 'uWebSockets.js';
import { Fault } from '@mooring/runtime';

// What the binary has and the types of this version lack.
interface NativeApp extends Omit<TemplatedApp, 'listen'> {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: us_listen_socket | false) => void,
  ): TemplatedApp;
  /** Closes the listen sockets and cuts every connection. */
  close(): TemplatedApp;
}

// LIBUS_LISTEN_EXCLUSIVE_PORT, a type-only enum in the package: this process alone may listen on the port.
const EXCLUSIVE = 1;
const SHARED = 0;

/** A new application of the native library. Fault `internal` when this Node has no binary of it. */
export function nativeApp(): NativeApp {
  // The stand-in has neither of the first two, and is not native code.
  const native =
    typeof uWS.SSLApp === 'function' &&
    typeof uWS.DISABLED === 'number' &&
    /\[native code\]/.test(Function.prototype.toString.call(uWS.App));
  if (!native) throw new Fault('internal', `uWebSockets.js has no native binary for Node ${process.version}`);
  return uWS.App() as unknown as NativeApp;
}

/** Fault `unavailable` when the port is taken. */
export function listenOn(app: NativeApp, host: string, port: number, shared: boolean): us_listen_socket {
  let listening: us_listen_socket | false = false;
  // Called before `listen` returns.
  app.listen(host, port, shared ? SHARED : EXCLUSIVE, (socket) => {
    listening = socket;
  });
  if (!listening) throw new Fault('unavailable', `Port ${port} on ${host} is taken`);
  return listening;
}

export const closeListenSocket = uWS.us_listen_socket_close;
export const compressionOff = uWS.DISABLED;
export type { NativeApp };
