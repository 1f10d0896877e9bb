// ICE servers as cameras and viewers read them (camera.md 3): STUN one URL an entry, TURN with the credentials of one side.
import type { JsonObject } from '../dialect.js';
import type { IceServers } from '../watch.js';
import { formatTs } from './wire.js';

/** The list of them. */
export function iceServerList({ servers }: IceServers): readonly JsonObject[] {
  return servers.flatMap(({ urls, username, credential }): readonly JsonObject[] =>
    username === ''
      ? urls.map((url) => ({ urls: url }))
      : [{ urls, username, credential, credentialType: 'password' }],
  );
}

/** The members of a payload that say which servers to use and, where that is limited, until when. */
export function iceServerMembers(ice: IceServers): JsonObject {
  const expiry = ice.expiresAtMs === 0 ? {} : { expires_at: formatTs(ice.expiresAtMs) };
  return { ice_servers: iceServerList(ice), ...expiry };
}
