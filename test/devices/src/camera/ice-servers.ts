// ICE servers as signaling gives them, in the form that the WebRTC library takes.
import type { IceServer, RelayType } from 'node-datachannel';
import { isList, isObject, type Json } from '../json.js';

const URL_SHAPE = /^(stun|turns?):(\[[0-9a-f:.]+\]|[^\s:?[\]]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/i;

/** One entry for each URL of `[{urls, username?, credential?}]`; what cannot be read or has no credential is left out. */
export function iceServersOf(value: Json | undefined): IceServer[] {
  if (!isList(value)) return [];
  return value.flatMap((server) => {
    if (!isObject(server)) return [];
    const urls = isList(server['urls']) ? server['urls'] : [server['urls']];
    return urls.flatMap((url) => serverOf(url, server['username'], server['credential']) ?? []);
  });
}

function serverOf(url: Json | undefined, username: Json | undefined, password: Json | undefined) {
  const parts = typeof url === 'string' ? URL_SHAPE.exec(url) : null;
  if (parts === null) return undefined;
  const [, scheme = '', host = '', port, transport] = parts.map((part) => part?.toLowerCase());
  const server: IceServer = {
    hostname: host.replace(/[[\]]/g, ''),
    port: port === undefined ? (scheme === 'turns' ? 5349 : 3478) : Number(port),
  };
  if (scheme === 'stun') return server;
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return { ...server, username, password, relayType: relayTypeOf(scheme, transport) };
}

function relayTypeOf(scheme: string, transport: string | undefined): RelayType {
  if (scheme === 'turns') return 'TurnTls';
  return transport === 'tcp' ? 'TurnTcp' : 'TurnUdp';
}
