// A Nerves device's connection through a TLS front, with a certificate of its own: let in and joined, or refused.
import { eventually, type TestCertificate } from '@mooring/harness';
import { type ClientOptions, WebSocket } from 'ws';

const PATH = '/socket/websocket?vsn=2.0.0';

/** How a connection went: the status of the upgrade, and what its answer said. */
export interface Dialled {
  readonly status: number;
  readonly reason: string | undefined;
  readonly dated: boolean;
  /** Open when the status is 101. */
  readonly socket: WebSocket;
}

export interface Dialling {
  readonly certificate?: TestCertificate;
  readonly headers?: Readonly<Record<string, string>>;
  readonly localAddress?: string;
}

/** Dials `base` (wss:// or ws://), trusting the front whoever it is. */
export function dial(base: string, { certificate, headers = {}, localAddress }: Dialling): Promise<Dialled> {
  const options: ClientOptions = {
    perMessageDeflate: false,
    rejectUnauthorized: false,
    headers: { ...headers },
    ...(certificate && { cert: certificate.pem, key: certificate.keyPem }),
    ...(localAddress === undefined ? {} : { localAddress }),
  };
  const socket = new WebSocket(base + PATH, options);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('unexpected-response', (request, response) => {
      response.resume();
      const { 'nh-connection-error-reason': reason, date } = response.headers;
      socket.on('error', () => undefined);
      request.destroy();
      resolve({ status: response.statusCode ?? 0, reason: reason?.toString(), dated: !!date, socket });
    });
    socket.once('open', () => resolve({ status: 101, reason: undefined, dated: true, socket }));
  });
}

/** Joins the channel `device`; resolves with the status of the reply. */
export async function join(socket: WebSocket): Promise<string> {
  let status: string | undefined;
  socket.on('message', (data) => {
    const [, , topic, event, payload] = JSON.parse(data.toString());
    if (topic === 'device' && event === 'phx_reply') status = payload.status;
  });
  const firmware = {
    nerves_fw_uuid: '0190f5f5-8a3b-7c5e-9d2f-000000000001',
    nerves_fw_product: 'front',
    nerves_fw_platform: 'test',
    nerves_fw_architecture: 'generic',
    nerves_fw_version: '1.0.0',
    device_api_version: '2.3.0',
  };
  socket.send(JSON.stringify(['1', '1', 'device', 'phx_join', firmware]));
  return eventually(() => status, { what: 'a reply to the join' });
}
