// Whether devices can knock at an edge, and what its refusals mean.
import { WebSocket } from 'ws';
import { Complaint } from './findings.js';
import { reason } from './reasons.js';

const OPEN_WITHIN_MS = 10_000;
const MEANINGS: Readonly<Record<number, string>> = {
  400: 'it takes requests, but this is none for it: is this an edge?',
  401: 'it is not believed who it is',
  403: 'devices of this dialect may not come from this network (EDGE_PLAIN_NETWORKS)',
  404: 'there is no such path: is this an edge?',
  426: 'what answers knows no WebSocket: is this an edge?',
  429: 'too many connect from this address',
  502: 'a proxy stands before the edge and does not reach it',
  503: 'the edge takes nobody now: it is full, draining, or has lost NATS or the registry',
};

/** A refused upgrade, as a sentence. */
export function refusal(url: string, status: number): string {
  return `${url} refuses it with ${status}: ${meaning(status)}`;
}

function meaning(status: number): string {
  if (status >= 200 && status < 300) return 'what answers knows no WebSocket: is this an edge?';
  return MEANINGS[status] ?? 'look at the edge’s log';
}

/** Opens a socket and leaves, without a word: no device comes of it. Throws a Complaint unless it is taken or asked who it is. */
export function opens(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: OPEN_WITHIN_MS });
    socket.once('open', () => {
      socket.terminate();
      resolve(`${url} takes connections`);
    });
    // Asks for a credential, so it is there.
    socket.once('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      if (statusCode === 401) resolve(`${url} asks who is there`);
      else reject(new Complaint(refusal(url, statusCode)));
    });
    socket.on('error', (error) =>
      reject(new Complaint(`${url} does not take connections (${reason(error)})`)),
    );
  });
}
